"""The cache in front of Flask: what the whole crowd asks for is made once and answered from memory.

    layer      the WSGI layer, and the order of things
    question   what is asked for, with everything that does not matter left out
    standing   the campaign behind it: a stamp that every change of it changes, and its release clock
    offers     how a view says that its answer may be kept, for how long and until which moment
    answer     a kept answer in the forms it goes out in: packed or not, whole, or "you have it"
    ready      replies that need no proof for a moment, by the request's own words
    shelf      the answers in memory, and one making for a crowd that asks at once

Only what a view offers is kept, or what says `Cache-Control: public` where no campaign is behind it. Answers are made
from a request of our own, without cookies, so that nobody's can be in them.
"""
