"""Nobody gets in without a sign-in: the first thing a stranger tries."""

from sangathan_demo.story.api import Call, get
from sangathan_demo.story.expect import expect
from sangathan_demo.story.step import Stage


class Door:
    """A stranger without a token, with a wrong password, and with somebody's number that is not on record."""

    title_en = "The door stays shut without a sign-in"
    title_hi = "बिना साइन-इन दरवाज़ा बंद"

    async def play(self, stage: Stage) -> None:
        """Sees three refusals that tell a stranger nothing."""
        api = stage.company.api
        bare = await api.send(get("/v1/workers", expects=(401,)))
        expect("www-authenticate" in bare.headers, "a 401 must carry WWW-Authenticate")
        problem = bare.headers.get("content-type", "")
        expect(problem.startswith("application/problem+json"), f"a refusal must be problem+json, not {problem}")
        stage.saw("no token: 401 with WWW-Authenticate, as application/problem+json")
        told = []
        for phone in (stage.truth.spare.phone, stage.truth.impostor.phone):
            body = {"phone": phone, "password": "certainly not the password"}
            refused = await api.send(Call("POST", "/v1/sign-in", body=body, expects=(401,)))
            told.append({key: refused.json().get(key) for key in ("type", "title", "status", "detail")})
        expect(told[0] == told[1], f"a known and an unknown phone must be refused in the same words, but: {told}")
        stage.saw("a wrong password: 401, in the same words for a known and an unknown phone")
