"""Who is calling, may their office do this, and over which units: decided anew for every request.

In this order: the rate of the address (for whoever has not shown who they are), token, revocation, the caller's rate,
office, range. All of it is in this process's memory; identity is asked only about an unknown key or while the feed is
silent.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import msgspec

from sangathan_chassis.assertion import Claims
from sangathan_chassis.networks import household
from sangathan_contracts.offices import CATALOGUE, Assurance, Catalogue
from sangathan_gateway import machines, ranges, views
from sangathan_gateway.calls import CallFailed
from sangathan_gateway.limits import Bucket, Buckets
from sangathan_gateway.problems import FORBIDDEN, STEP_UP_NEEDED, TOO_MANY, UNAUTHENTICATED, UNAVAILABLE, Refused
from sangathan_gateway.ranges import Standing
from sangathan_gateway.requests import Waits
from sangathan_gateway.routes import OWN_SERVICE, Route, Target
from sangathan_gateway.stamps import Stamp, Stamper
from sangathan_gateway.tokens import Revocations, TokenCache, TokenRefused, TokenVerifier, UnknownKey, Verified
from sangathan_gateway.trust import Introspection, PublicKeys
from sangathan_hierarchy.memory import Appointment, MemoryHierarchy, Unit

if TYPE_CHECKING:
    from sangathan_gateway.exchange import Exchange

CHALLENGE: Final = b'www-authenticate: Bearer realm="sangathan"'
MOST_PREPARED: Final = 64
_AT_ONCE: Final = b"retry-after: 1\r\n"


class Contact(Protocol):
    """Says whether the latest revocations are known."""

    def stale(self) -> bool:
        """Whether one may have been missed."""
        ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What the decision rests on."""

    cache: TokenCache
    verifier: TokenVerifier
    keys: PublicKeys
    introspection: Introspection
    revocations: Revocations
    hierarchy: MemoryHierarchy
    contact: Contact
    stampers: dict[str, Stamper]
    addresses: Buckets
    callers: Buckets
    catalogue: Catalogue = CATALOGUE


class Access:
    """Admits exchanges or refuses them."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._public: dict[Route, Stamp] = {}
        self._classes: dict[str, Buckets] = {}

    def admit(self, exchange: "Exchange") -> None:
        """Lets the exchange pass, with the stamp for its assertion; raises Refused, or Waits for identity's word."""
        route = exchange.route
        assert route is not None  # noqa: S101 - `requests.read` has found it.
        if route.target is Target.PUBLIC:
            self._limit(exchange, self._bucket(route, household(exchange.address())))
            exchange.stamp = self._public_stamp(route)
            return
        authorization = exchange.noted.get("authorization")
        if authorization is None:
            raise Refused(UNAUTHENTICATED, "Send an access token as Authorization: Bearer.", CHALLENGE + b"\r\n")
        verified = self._parts.cache.find(authorization, exchange.begun_at)
        if verified is None:
            verified = self._verify(exchange, authorization)
        self._admit_verified(exchange, verified)

    def _admit_verified(self, exchange: "Exchange", verified: Verified) -> None:
        exchange.verified = verified
        if self._parts.revocations.hits(verified):
            raise invalid_token("The session has ended")
        route = exchange.route
        assert route is not None  # noqa: S101 - as above.
        self._limit(exchange, self._bucket(route, verified.sub) if route.own_rate else verified.bucket)
        self.resolve(exchange)
        if self._parts.contact.stale():
            if route.sensitive or exchange.viewing:
                detail = "Sensitive acts wait until the latest revocations are known again."
                raise Refused(UNAVAILABLE, detail, _AT_ONCE)
            raise Waits(self._introspect)

    # Who is calling.

    def _verify(self, exchange: "Exchange", authorization: bytes) -> Verified:
        """Verifies a token that is not remembered; this is what floods are made of, so the address is limited."""
        self._limit(exchange, self._parts.addresses.of(household(exchange.address())))
        scheme, _, token = authorization.partition(b" ")
        if scheme.lower() != b"bearer":
            raise Refused(UNAUTHENTICATED, "Send an access token as Authorization: Bearer.", CHALLENGE + b"\r\n")
        try:
            verified = self._parts.verifier.verify(token.strip().decode("latin-1"))
        except TokenRefused as error:
            raise invalid_token(str(error)) from None
        except UnknownKey:
            raise Waits(self._verify_with_new_keys) from None
        self._parts.cache.keep(authorization, verified)
        return verified

    async def _verify_with_new_keys(self, exchange: "Exchange") -> None:
        if not await self._parts.keys.refresh() and not self._parts.keys.current:
            raise Refused(UNAVAILABLE, "The keys to check tokens with are not known yet.", _AT_ONCE)
        try:
            self.admit(exchange)
        except Waits as again:
            if again.done == self._verify_with_new_keys:
                raise invalid_token("The access token is signed with an unknown key") from None
            await again.done(exchange)

    async def _introspect(self, exchange: "Exchange") -> None:
        verified = exchange.verified
        assert verified is not None  # noqa: S101 - the token has been verified before.
        try:
            holds = await self._parts.introspection.holds(verified, exchange.appointment_id)
        except CallFailed:
            raise Refused(UNAVAILABLE, "Whether your session holds cannot be told just now.", _AT_ONCE) from None
        if not holds:
            raise invalid_token("The session has ended, or the appointment")

    # How often.

    def _bucket(self, route: Route, key: str) -> Bucket:
        buckets = self._classes.get(route.rate.name)
        if buckets is None:
            buckets = self._classes[route.rate.name] = Buckets(route.rate)
        return buckets.of(key)

    def _limit(self, exchange: "Exchange", bucket: Bucket) -> None:
        now = exchange.begun_at
        wait = bucket.take(now)
        exchange.limit_headers = bucket.headers(now)
        if wait:
            seconds = int(wait) + 1
            detail = f"Wait {seconds} s, then send at the rate that ratelimit-policy gives."
            raise Refused(TOO_MANY, detail, b"retry-after: %d\r\n" % seconds)

    def forget_full(self, now: float) -> None:
        """Drops buckets and tokens that matter no more."""
        for buckets in (self._parts.addresses, self._parts.callers, *self._classes.values()):
            buckets.forget_full(now)
        self._parts.cache.forget(lambda verified: verified.exp <= now or self._parts.revocations.hits(verified))
        self._parts.revocations.forget_old(now)

    # What they may do, and where.

    def resolve(self, exchange: "Exchange") -> None:
        """Finds office and range as they are now, and the stamp that says so; raises Refused."""
        route, verified = exchange.route, exchange.verified
        assert route is not None and verified is not None  # noqa: S101, PT018 - both are there by now.
        looks_through = exchange.noted.get("sangathan-view-as")
        if route.target is Target.SELF:
            views.refuse_own_things(looks_through)
            machines.refuse_own_things(verified)
            self._assure(exchange, route, verified)
            if route.service != OWN_SERVICE:
                exchange.stamp = self._stamp(route, verified, None, None)
            return
        hierarchy = self._parts.hierarchy
        if not hierarchy.loaded:
            raise Refused(UNAVAILABLE, "The unit tree is being loaded.", _AT_ONCE)
        now, named = exchange.begun_at, exchange.noted.get("sangathan-appointment")
        held = hierarchy.appointments_of(verified.sub)
        standing = verified.standings.get((route, named))
        if standing is None or not standing.holds(held, hierarchy.tree_version, now):
            standing = self._standing(exchange, held, named)
        appointment, unit = standing.appointment, standing.unit
        exchange.appointment_id = appointment.appointment_id
        self._assure(exchange, route, verified)
        seen = None
        if looks_through is not None:
            seen = self._seen_through(exchange, appointment, looks_through)
            unit = self._unit_of(seen)
        if exchange.query or route.target is Target.UNIT:
            unit = ranges.narrowed(hierarchy, unit, route, exchange)
        exchange.stamp = self._stamp(route, verified, appointment, unit, seen=seen)

    def _unit_of(self, appointment: Appointment) -> Unit:
        unit = self._parts.hierarchy.unit(appointment.unit_id)
        if unit is None:
            raise Refused(UNAVAILABLE, "The unit of your office is not known here yet.", _AT_ONCE)
        return unit

    def _standing(self, exchange: "Exchange", held: tuple[Appointment, ...], named: bytes | None) -> Standing:
        """The appointment that gives the right, and its unit; remembered for as long as nothing of it can change."""
        route, verified, hierarchy = exchange.route, exchange.verified, self._parts.hierarchy
        assert route is not None and verified is not None  # noqa: S101, PT018 - as above.
        machines.check_scope(verified, route.action)
        active = machines.held_under(verified, self._active(verified.sub, exchange.begun_at))
        appointment = ranges.acting(active, named)
        exchange.appointment_id = appointment.appointment_id
        self._check_right(appointment, route.action)
        unit = self._unit_of(appointment)
        standing = Standing(appointment, unit, held, hierarchy.tree_version, *ranges.unchanged(held, exchange.begun_at))
        if any(one.delegated_from for one in held):
            return standing  # What was lent hangs on somebody else's office, and is looked at each time.
        if len(verified.standings) >= MOST_PREPARED:
            verified.standings.clear()
        verified.standings[route, named] = standing
        return standing

    def _seen_through(self, exchange: "Exchange", own: Appointment, named: bytes) -> Appointment:
        """The appointment that the caller looks through; both offices must allow what is asked."""
        route, parts = exchange.route, self._parts
        assert route is not None  # noqa: S101 - as above.
        self._check_right(own, views.VIEW_AS)
        views.refuse_changes(route)
        seen = views.looked_through(parts.hierarchy, parts.catalogue, own, named)
        if not parts.hierarchy.gives_rights(seen, exchange.begun_at):
            said = "That appointment gives no rights at present."
            raise Refused(FORBIDDEN, said, hi="वह नियुक्ति इस समय कोई अधिकार नहीं देती।")
        self._check_right(seen, route.action)
        exchange.viewing = True
        return seen

    def _active(self, person_id: str, now: float) -> list[Appointment]:
        """The person's appointments that give rights now; none that somebody suspended has passed on."""
        hierarchy, suspended = self._parts.hierarchy, self._parts.revocations.persons
        active = hierarchy.active_of(person_id, now)
        if not suspended:
            return active
        return [held for held in active if hierarchy.giver_of(held) not in suspended]

    def _check_right(self, appointment: Appointment, action: str) -> None:
        """The office as it stands today, and of a delegation only what was lent and may still be lent."""
        catalogue = self._parts.catalogue
        office = catalogue.offices.get(appointment.office)
        if office is None or action not in office.actions:
            said = f"The office {appointment.office} lacks the action {action}."
            raise Refused(FORBIDDEN, said, hi=f"दायित्व {appointment.office} में कार्य {action} नहीं है।")
        if appointment.delegated_from and action not in appointment.actions & machines.lendable(catalogue, appointment):
            said = f"The part of the office that you were lent lacks the action {action}."
            raise Refused(FORBIDDEN, said, hi=f"दायित्व का जो भाग आपको सौंपा गया, उसमें कार्य {action} नहीं है।")

    def _assure(self, exchange: "Exchange", route: Route, verified: Verified) -> None:
        """Asks for a step-up (RFC 9470) where the catalogue wants more, or lately shown, than the token vouches for."""
        need = self._parts.catalogue.assurance.get(route.action)
        if need is not None and not need.met_by(verified.acr, exchange.begun_at - verified.auth_time):
            raise insufficient(need)

    def live_ticket(self, verified: Verified, now: float) -> bytes:
        """A ticket for the live edge, with the places of all the caller's offices."""
        hierarchy = self._parts.hierarchy
        held = self._active(verified.sub, now)
        units = [unit for unit in (hierarchy.unit(held.unit_id) for held in held) if unit is not None]
        claims = Claims(
            aud="live",
            act="live.listen",
            exp=0,
            iat=0,
            sub=verified.sub,
            sid=verified.sid,
            paths=tuple(sorted({unit.lo for unit in units})),
            apts=tuple(appointment.appointment_id for appointment in held),
            unt=ranges.next_change(hierarchy, verified.sub, now),
            tv=hierarchy.tree_version,
        )
        return self._parts.stampers["live"].stamp(claims).mint(int(now), b"", b"", b"")

    def _public_stamp(self, route: Route) -> Stamp:
        stamper = self._parts.stampers[route.service]
        stamp = self._public.get(route)
        if stamp is None or stamp.key_id != stamper.key_id():
            claims = Claims(aud=route.service, act=route.action, exp=0, iat=0)
            stamp = self._public[route] = stamper.stamp(claims)
        return stamp

    def _stamp(
        self,
        route: Route,
        verified: Verified,
        appointment: Appointment | None,
        unit: Unit | None,
        *,
        seen: Appointment | None = None,
    ) -> Stamp:
        """The stamp for this caller, route, appointment and range, from memory while nothing of it has changed."""
        stamper, prepared = self._parts.stampers[route.service], verified.prepared
        key = (route, appointment, seen, unit.lo if unit else "", self._parts.hierarchy.tree_version)
        stamp = prepared.get(key)
        if stamp is None or stamp.key_id != stamper.key_id():
            if len(prepared) >= MOST_PREPARED:
                prepared.clear()
            claims = self._claims(route, verified, appointment, unit)
            if seen is not None and appointment is not None:
                claims = views.through(claims, self._parts.catalogue, appointment, seen)
            stamp = prepared[key] = stamper.stamp(claims)
        return stamp

    def _claims(self, route: Route, verified: Verified, appointment: Appointment | None, unit: Unit | None) -> Claims:
        who = Claims(
            aud=route.service,
            act=route.action,
            exp=0,
            iat=0,
            sub=verified.sub,
            sid=verified.sid,
            acr=verified.acr,
        )
        if appointment is None or unit is None:
            return who
        shown = machines.fields_shown(self._parts.catalogue, appointment, route.action)
        return msgspec.structs.replace(
            who,
            apt=appointment.appointment_id,
            off=appointment.office,
            unit=unit.unit_id,
            lo=unit.lo,
            hi=unit.hi,
            fc=tuple(sorted(shown)),
            tv=self._parts.hierarchy.tree_version,
        )


def invalid_token(description: str) -> Refused:
    """401 with RFC 6750's error code; the description is one of ours and needs no escaping."""
    error = b', error="invalid_token", error_description="%b"\r\n' % description.encode()
    return Refused(UNAUTHENTICATED, f"{description}.", CHALLENGE + error)


def insufficient(need: Assurance) -> Refused:
    """401 with RFC 9470's error code, the assurance that is needed, and how lately it must have been shown."""
    error = (
        b', error="insufficient_user_authentication", error_description="Step up, then ask again",'
        b' acr_values="%b", max_age="%d"\r\n' % (need.acr.encode(), need.max_age_s)
    )
    detail = f"POST /v1/step-ups to acr {need.acr}, then ask within {need.max_age_s} s with the new access token."
    return Refused(STEP_UP_NEEDED, detail, CHALLENGE + error)
