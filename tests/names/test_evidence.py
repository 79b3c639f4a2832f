"""What speaks for and against two records telling of one person."""

from dataclasses import replace
from itertools import product

from sangathan_names.evidence import (
    LEAST_BITS,
    MOST_OF_NAME,
    MOST_OF_RELATION,
    Person,
    bits_beside_names,
    weigh,
)

RAMESH = replace(
    Person.named("रमेश नमूना", relation="सुरेश नमूना"), birth_year=1980, phone=b"1", gender="male", place=("b1", "m1", "d1")
)
IN_ENGLISH = replace(Person.named("Ramesh Namuna", relation="Suresh Namuna"), birth_year=1981, place=("b1", "m1", "d1"))


def test_the_same_person_in_both_scripts_is_shown() -> None:
    assert weigh(RAMESH, IN_ENGLISH).bits >= LEAST_BITS


def test_it_does_not_matter_which_record_comes_first() -> None:
    assert weigh(RAMESH, IN_ENGLISH) == weigh(IN_ENGLISH, RAMESH)


def test_a_name_alone_is_not_enough() -> None:
    assert weigh(Person.named("रमेश नमूना"), Person.named("Ramesh Namuna")).bits < LEAST_BITS


def test_a_brother_under_the_same_roof_is_not_shown() -> None:
    brother = replace(RAMESH, names=Person.named("राजेश नमूना").names, birth_year=1984)
    assert weigh(RAMESH, brother).bits == 0.0


def test_a_shared_phone_does_not_make_one_person_of_two_names() -> None:
    sita = replace(Person.named("सीता नमूना"), phone=b"1", place=("b1", "m1", "d1"))
    assert weigh(RAMESH, sita).bits == 0.0


def test_what_contradicts_counts_against() -> None:
    elder = replace(IN_ENGLISH, birth_year=1940, relation=Person.named(relation="Mahesh").relation)
    assert weigh(RAMESH, elder).bits < LEAST_BITS


def test_a_missing_detail_counts_neither_way() -> None:
    assert weigh(RAMESH, Person.named("Ramesh Namuna")).bits == weigh(RAMESH, Person.named("Ramesh Namuna")).name


def test_the_rest_with_the_most_of_names_is_never_less_than_what_comes_out() -> None:
    details = product((1980, 1985, None), (b"1", b"2", None), ("male", "female", None), (("b1", "m1"), ("b2", "m2")))
    persons = [
        replace(RAMESH, birth_year=year, phone=phone, gender=gender, place=place)
        for year, phone, gender, place in details
    ]
    for one, other in product(persons, persons):
        assert weigh(one, other).bits == bits_beside_names(one, other) + MOST_OF_NAME + MOST_OF_RELATION
