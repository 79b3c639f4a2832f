"""The people of the story: each signs in once and is then at hand for every step."""

from dataclasses import dataclass, field

from sangathan_demo.story.api import Actor, Api
from sangathan_demo.story.live import Listener, LiveEdge
from sangathan_demo.truth import SignIn


@dataclass(frozen=True, slots=True)
class Company:
    """Everybody who can sign in, and the live edge they listen at."""

    api: Api
    edge: LiveEdge
    password: str = field(repr=False)
    _actors: dict[tuple[str, str], Actor] = field(default_factory=dict, repr=False)

    def actor(self, who: SignIn) -> Actor:
        """The person under the office that `who` names, the same at every call."""
        key = (who.phone, who.appointment_id)
        if key not in self._actors:
            self._actors[key] = self.newcomer(who)
        return self._actors[key]

    def newcomer(self, who: SignIn) -> Actor:
        """The person with no session yet."""
        return Actor(self.api, who.phone, self.password, who.appointment_id)

    async def listener(self, actor: Actor, after: int | None = None) -> Listener:
        """A live connection of `actor`, to be closed by the caller; `after` resumes behind that sequence."""
        return await self.edge.listen(actor, after)
