"""Token buckets let a burst through, then the rate, and say so."""

from sangathan_gateway.limits import Bucket, Buckets, Rate

RATE = Rate("standard", burst=3, per_s=2.0)


def test_a_burst_passes_and_no_more() -> None:
    bucket = Bucket(RATE)
    assert [bucket.take(100.0) > 0 for _ in range(4)] == [False, False, False, True]


def test_a_refused_request_is_told_when_the_next_may_pass() -> None:
    bucket = Bucket(RATE)
    waits = [bucket.take(100.0) for _ in range(4)]
    assert waits[-1] == 0.5


def test_waiting_that_long_lets_exactly_one_pass() -> None:
    bucket = Bucket(RATE)
    for _ in range(3):
        bucket.take(100.0)
    assert [bucket.take(100.5) > 0, bucket.take(100.5) > 0] == [False, True]


def test_the_headers_say_what_is_left() -> None:
    bucket = Bucket(RATE)
    bucket.take(100.0)
    assert bucket.headers(100.0) == b'ratelimit-policy: "standard";q=3;w=2\r\nratelimit: "standard";r=2;t=1\r\n'


def test_nothing_is_left_in_an_empty_bucket() -> None:
    bucket = Bucket(RATE)
    for _ in range(4):
        bucket.take(100.0)
    assert b";r=0;" in bucket.headers(100.0)


def test_callers_have_buckets_of_their_own() -> None:
    buckets = Buckets(RATE)
    for _ in range(3):
        buckets.of("one").take(100.0)
    assert buckets.of("other").take(100.0) == 0.0


def test_buckets_that_are_full_again_are_forgotten() -> None:
    buckets = Buckets(RATE)
    buckets.of("one").take(100.0)
    buckets.forget_full(200.0)
    assert len(buckets) == 0


def test_a_bucket_in_use_is_not_forgotten() -> None:
    buckets = Buckets(RATE)
    buckets.of("one").take(100.0)
    buckets.forget_full(100.1)
    assert len(buckets) == 1
