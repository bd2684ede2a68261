"""Small talk at a ferry's quay, in scenes: `a` is Ana at her desk, `m` is Mira on the quay. Pure data."""

from __future__ import annotations

import random
from collections.abc import Sequence

Scene = Sequence[tuple[str, str]]


def filled(luck: random.Random) -> dict[str, object]:
    """Words for the gaps of one scene: the same gap is the same word throughout the scene."""
    return {
        "n": luck.randint(3, 48),
        "day": luck.randint(1, 28),
        "n2": luck.randint(60, 190),
        "ref": f"FX-{luck.randint(1000, 9999)}",
        "time": f"{luck.randint(6, 20):02d}:{luck.choice((5, 10, 20, 35, 40, 50)):02d}",
        "boat": luck.choice(("Halcyon", "Little Auk", "Marguerite", "Sula")),
        "place": luck.choice(("the north pier", "Gull Rock", "the slipway", "the ticket hut", "pier 2")),
        "thing": luck.choice(
            ("the scanner", "the printer", "the gate", "the big display", "the card reader")
        ),
        "weather": luck.choice(
            ("fog", "a south-westerly, gusting 7", "flat calm", "horizontal rain", "hail")
        ),
        "cargo": luck.choice(("a piano", "forty sheep", "a wedding cake", "a tuba section", "two alpacas")),
    }


SCENES: tuple[Scene, ...] = (
    (
        ("m", "Morning. {weather} at {place}, the {time} is boarding anyway."),
        ("a", "Morning! Shall I put a notice on the timetable?"),
        ("m", 'Please. "Expect spray" is enough.'),
        ("a", "Done. It says *expect spray*."),
        ("m", "Poetry."),
    ),
    (
        ("m", "{thing} at {place} shows last week again"),
        ("a", "Power cycle, count to ten, hold the left button."),
        ("m", "I counted to ten in Croatian, is that all right"),
        ("a", "It prefers it."),
        ("m", "It is back."),
    ),
    (
        ("m", "Somebody wants to bring {cargo} on the {time}."),
        ("a", "Is there a tariff for that?"),
        ("m", 'There is one for "livestock or comparable".'),
        ("a", "Then it is comparable."),
    ),
    (
        ("a", "How many on the {boat} this morning?"),
        ("m", "{n2}, and {n} bicycles."),
        ("a", "The form says {n} bicycles *or* {n} wheelbarrows, I never know which."),
        ("m", "Today both."),
    ),
    (
        ("a", "Booking `{ref}` was paid twice, I gave one back."),
        ("m", "That is the gentleman with the hat. He will be pleased."),
        ("m", "He is pleased."),
    ),
    (
        ("m", "Can you move the {time} by ten minutes? The {boat} waits for the school."),
        ("a", "Moved. Everybody with a ticket got a text."),
        ("m", "I heard {n} phones at once. Frightening."),
    ),
    (
        ("m", "Question from the queue: do dogs need a ticket?"),
        ("a", "Only if they sit on a seat."),
        ("m", "He is asking for a very large dog."),
        ("a", "Then the dog may decide."),
        ("m", "It decided for the deck."),
    ),
    (
        ("a", "Deploying the new seat map at {time}, two minutes of nothing."),
        ("m", "I will sell paper tickets, like grandmother."),
        ("a", "Done, {n} seconds."),
        ("m", "I had only just found the stamp."),
        ("a", "Keep it handy."),
    ),
    (
        ("m", "Tide table says {time}, the water says earlier."),
        ("a", "Which one do you believe?"),
        ("m", "The water."),
        ("a", "I will write that into the documentation."),
    ),
    (
        ("a", "Weekly numbers: {n2} crossings, {n} late, none lost."),
        ("m", "One hat lost."),
        ("a", "{n2} crossings, {n} late, one hat."),
    ),
    (
        ("m", "There is a seal on {place}."),
        ("a", "Is it in the way?"),
        ("m", "It is in the way of everybody's attention."),
        ("m", "We leave at {time} with everybody facing backwards."),
    ),
    (
        ("m", "Found a phone on the {boat}. It rings and says *Mum*."),
        ("a", "Answer it?"),
        ("m", "I did. Mum is at {place} and very glad."),
    ),
    (
        ("a", "Did the {time} leave? The board still says boarding."),
        ("m", "It left. The board is an optimist."),
        ("a", "Fixed: it listens to the bow thruster now, not to the clock."),
        ("m", "Finally somebody listens to the bow thruster."),
    ),
    (
        ("m", "Lunch?"),
        ("a", "Ten minutes, I have a query running."),
        ("m", "What does it ask?"),
        ("a", "Where the other {n} bicycles went."),
    ),
    (
        ("m", "A passenger says the app told him to swim."),
        ("a", 'It says "swim lane", that is the queue for season tickets.'),
        ("m", "He has his trunks on."),
        ("a", "I will rename it today."),
        ("m", "Rename it now, please."),
        ("a", "It is called *quick lane* as of this second."),
    ),
    (
        ("a", "Backup of last night restored in {n} seconds, all {n2} tables there."),
        ("m", "Do we have {n2} tables?"),
        ("a", "We have 14. It counts the picnic ones as well."),
    ),
    (
        ("m", "{weather}. I am closing {place} until {time}."),
        ("a", "Noted, the site says so, in three languages."),
        ("m", "Which is the third?"),
        ("a", "Pictures."),
    ),
    (
        ("a", "Do you still need the export for the harbour office?"),
        ("m", "Yes: date, boat, heads, one line each."),
        ("a", "```csv\ndate,boat,heads\n2025-05-{day:02d},{boat},{n2}\n```"),
        ("m", "Exactly that. They will print it and file it upside down."),
    ),
    (
        ("m", "The new boy tied the {boat} with a bow."),
        ("a", "Did it hold?"),
        ("m", "Beautifully. Nobody can get it off."),
    ),
    (
        ("a", "Off for today. Anything left?"),
        ("m", "Only the {time}, and the light."),
        ("a", "Good night, then."),
        ("m", "Good night, Ana."),
    ),
    (
        ("m", "Could the receipt be a little larger? {n} people held it at arm's length today."),
        ("a", "Two points more. Paper for {n} days instead of {n2}."),
        ("m", "Their arms thank you."),
    ),
    (
        ("m", "Radio check."),
        ("a", "This is a chat, Mira."),
        ("m", "Loud and clear, then."),
    ),
    (
        ("a", "I see {n} open bookings for the {boat}, is she sailing?"),
        ("m", "She is on the slip with her bottom scrubbed."),
        ("a", "Moving them to the {time} of tomorrow."),
        ("m", "And tell them about the bottom. People like to know."),
        ("a", "I wrote *maintenance*."),
    ),
    (
        ("m", "An inspector is here and asks where the data lives."),
        ("a", "In Postgres, and every row knows who may read it."),
        ("m", "He asks whether the rows are in the country."),
        ("a", "Tell him they are under my desk, humming."),
        ("m", "He came to look. He patted it."),
    ),
    (
        ("m", "Fog so thick that the seagulls walk."),
        ("a", "Cancel the {time}?"),
        ("m", "Delay. They walk quite fast."),
    ),
    (
        ("a", "Ticket `{ref}`: child, adult, *tuba*?"),
        ("m", "The tuba has its own seat. We asked it nicely."),
        ("a", "I am adding a category."),
    ),
)
