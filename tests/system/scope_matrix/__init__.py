"""Who gets what where: the probes of every operation, the ground they are tried on, and the table they make.

``ground`` lays out the places, ``records`` puts something of every kind at each, ``probes`` says what a probe is, one
module per service lists the probes, and ``walk`` tries them and writes the table.
"""
