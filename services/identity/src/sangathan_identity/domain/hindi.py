"""What a refusal advises, in Hindi, by the English sentence: above all what somebody reads who signs in."""

from typing import Final

SENTENCES: Final = {
    "Check the phone number and the password.": "फ़ोन नंबर और पासवर्ड जाँचें।",
    "Check what was typed; a code serves once, and one by text message only while there is no other second factor.": (
        "जो टाइप किया उसे जाँचें; कोड एक ही बार चलता है, और संदेश से आया कोड तभी जब कोई और दूसरा प्रमाण न हो।"
    ),
    "Give the password that you have now.": "अपना वर्तमान पासवर्ड दें।",
    "Sign in again with your password or a one-time code.": "पासवर्ड या एक बार के कोड से फिर साइन इन करें।",
    "Begin, scan the code, and send the six digits that the app shows now.": (
        "आरंभ करें, कोड स्कैन करें, और ऐप में अभी दिख रहे छह अंक भेजें।"
    ),
    "Many are signing in at this moment.": "इस समय बहुत लोग साइन इन कर रहे हैं।",
    "Wait as long as Retry-After says; a device on which you have signed in before, or a one-time code, goes on.": (
        "Retry-After जितना कहे उतना रुकें; जिस यंत्र पर पहले साइन इन किया हो, या एक बार का कोड, चलता रहेगा।"
    ),
    "Name the appointment that you act under.": "वह नियुक्ति बताएँ जिसके अंतर्गत आप कार्य कर रहे हैं।",
    "An office above both units can do this.": "यह वह दायित्व कर सकता है जो दोनों इकाइयों से ऊपर हो।",
    "Another office-bearer above you can do this.": "यह आपसे ऊपर का कोई और पदाधिकारी कर सकता है।",
    "Choose a unit that is open.": "खुली हुई इकाई चुनें।",
    "Choose a unit that stands beneath yours.": "अपनी इकाई के नीचे की इकाई चुनें।",
    "Choose a term that does not overlap, or end the other appointment first.": (
        "ऐसी अवधि चुनें जो न टकराए, या पहले दूसरी नियुक्ति समाप्त करें।"
    ),
    "Give that person's own number, or the name of the person who has this one.": (
        "उस व्यक्ति का अपना नंबर दें, या जिसका यह नंबर है उसका नाम।"
    ),
    "There is no such person.": "ऐसा कोई व्यक्ति नहीं है।",
}
