"""Which of the system's two languages a caller reads, by Accept-Language; the gateway weighs it in the same way."""


def prefers_hindi(accept_language: str) -> bool:
    """Whether Accept-Language (RFC 9110, section 12.5.4) weighs Hindi above English; English when it names neither."""
    best: dict[str, float] = {}
    for item in accept_language.lower().split(",")[:20]:
        tag, _, parameters = item.partition(";")
        primary = tag.strip().partition("-")[0]
        best[primary] = max(best.get(primary, 0.0), _quality(parameters))
    return best.get("hi", 0.0) > best.get("en", 0.0)


def _quality(parameters: str) -> float:
    name, _, value = parameters.partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
