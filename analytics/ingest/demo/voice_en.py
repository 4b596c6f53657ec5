"""What customers write in English: fragments by topic and tone, to be composed by `voice`. Data only.

A fragment is a clause without a capital or a final stop. {product}, {courier} and {days} are filled in; at most two stand in one.
"""

from __future__ import annotations

from analytics.ingest.demo.phrases import BAD, GOOD, PLAIN, Phrases, TicketWords

PHRASES = (
    Phrases("late", BAD, (
        "my parcel turned up {days} days late", "it should have come on Monday and it took {days} days more",
        "delivery was far too slow this time", "I waited in twice and nobody came",
        "the tracking said out for delivery for {days} days in a row", "it missed the birthday it was meant for",
        "the delivery slot I picked was ignored", "shipping took forever", "still nothing after {days} days of waiting",
        "the order arrived long after the promised date", "no word about the delay, I had to chase it myself",
        "next-day delivery it was not",
    )),
    Phrases("damaged", BAD, (
        "the box arrived crushed on one side", "everything inside was wet and torn", "the {product} came completely ruined",
        "the parcel looked as if somebody had stood on it", "one corner was smashed and the contents had leaked",
        "the lid was cracked when I opened it", "the {product} arrived dented and scratched",
        "half of it was spilled inside the carton",
        "it rattled before I even opened it, all broken", "arrived damaged, photos attached",
    )),
    Phrases("courier late", BAD, (
        "{courier} brought it {days} days late", "{courier} claimed nobody was home, I was in all day",
        "every time it is {courier} I know it will be late", "the {courier} driver left it with a neighbour I have never met",
        "{courier} kept moving the delivery date", "{courier} lost track of my parcel for {days} days",
        "why did you switch to {courier}? They are never on time", "{courier} took more than a week to cover thirty miles",
        "the {courier} app said delivered while I had nothing in my hands",
    )),
    Phrases("courier damaged", BAD, (
        "{courier} delivered a box that was crushed flat", "{courier} threw the parcel over the gate and it broke",
        "the {courier} driver handed me a soaked carton", "handled badly by {courier}, the {product} ended up in bits",
        "{courier} left it out in the rain and it was ruined", "second damaged parcel from {courier} this month",
        "you could hear the broken glass when {courier} dropped it off",
    )),
    Phrases("delivery", GOOD, (
        "delivery was quicker than promised", "it arrived the very next morning", "tracking was spot on",
        "the driver was friendly and careful", "turned up on time as always", "super fast shipping",
        "delivered exactly in the hour I had picked", "ordered on Sunday night and had it by Tuesday",
        "no fuss, it was just there",
    )),
    Phrases("delivery", PLAIN, (
        "delivery took about three days", "it was left with the neighbour", "came in the usual time",
        "I collected it from the parcel shop", "the parcel came in two parts",
    )),
    Phrases("packaging", GOOD, (
        "beautifully wrapped", "love that there is hardly any plastic", "packed with real care", "the gift box looked lovely",
        "sturdy box, nothing moved inside", "the tissue paper is a nice touch",
    )),
    Phrases("packaging", BAD, (
        "far too much plastic around such a small thing", "the bag does not reseal", "a huge box for one tiny item",
        "no padding at all", "the seal was already open", "the gift wrap was sloppy", "the label came off and smeared everything",
    )),
    Phrases("packaging", PLAIN, ("plain brown box", "packaging has changed since last time", "the packaging does its job")),
    Phrases("quality", GOOD, (
        "the {product} felt really solid", "excellent quality for everyday use",
        "the {product} turned out even nicer than in the pictures",
        "well made and easy to clean", "it has held up for months without a scratch", "you can tell it will last",
        "the {product} did exactly what I had hoped for", "the finish is flawless",
        "bought the {product} again, just as good as the first time",
    )),
    Phrases("quality", BAD, (
        "the {product} fell apart within a week", "it feels cheap and flimsy", "the {product} looked nothing like the photo",
        "the handle came loose after two uses", "the colour faded straight away", "quality has gone downhill",
        "the {product} let me down after a few days", "rough edges everywhere", "poorly finished and it smells of glue",
        "the {product} turned out smaller than described",
    )),
    Phrases("quality", PLAIN, (
        "the {product} met my expectations, no more", "average quality", "it works, nothing special",
        "I had imagined the {product} a bit bigger",
    )),
    Phrases("taste", GOOD, (
        "the {product} tasted wonderful", "so fresh you can smell it through the bag", "smooth and not bitter at all",
        "best cup I have had at home", "the aroma is amazing", "rich flavour, lovely aftertaste",
        "my whole family prefers the {product} now",
        "a proper brew at last", "I am hooked on the {product}",
    )),
    Phrases("taste", BAD, (
        "the {product} tasted stale", "far too bitter for me", "weak and watery", "it has an odd burnt aftertaste",
        "the {product} reached me just before the best-before date", "no aroma whatsoever", "it tastes different from last time",
    )),
    Phrases("taste", PLAIN, (
        "a mild taste, neither good nor bad", "the flavour is fine for the office",
        "the {product} came out stronger than I am used to",
    )),
    Phrases("price", GOOD, (
        "great value for money", "cheaper than anywhere else I looked", "the discount made my day", "good price for this quality",
        "worth every penny",
    )),
    Phrases("price", BAD, (
        "prices have crept up again", "too expensive for what you get", "delivery charges are a joke",
        "saw the same {product} for less elsewhere", "it was reduced the day after I bought it", "the discount code did not work",
        "poor value",
    )),
    Phrases("price", PLAIN, ("the price is in line with other shops", "not cheap, not dear", "I bought it in the sale")),
    Phrases("staff", GOOD, (
        "the lady on the phone sorted it in two minutes", "really kind and patient support",
        "got a real person who knew the answer",
        "your team went out of their way to help", "quick reply and a proper apology", "the advice I got was spot on",
        "polite, helpful, no scripts", "problem solved in one call",
    )),
    Phrases("staff", BAD, (
        "I was passed from one person to the next", "nobody answers my emails", "the agent was short with me",
        "forty minutes on hold", "I got the same copied reply three times", "they promised to call back and never did",
        "support clearly did not read my message",
    )),
    Phrases("staff", PLAIN, (
        "I spoke to someone in support", "the chat gave me a standard answer", "they said they would look into it",
    )),
    Phrases("app", GOOD, (
        "the app is a joy to use", "checkout took ten seconds", "reordering with one tap is brilliant",
        "the website is clear and fast",
        "paying by phone just worked",
    )),
    Phrases("app", BAD, (
        "the app crashes whenever I open my basket", "I was logged out in the middle of paying", "search never finds what I type",
        "the payment page froze", "the site is painfully slow in the evening", "my address gets lost every time",
        "the latest update broke the wish list", "I had to enter my card three times", "notifications at midnight, really?",
    )),
    Phrases("app", PLAIN, ("I ordered through the app", "the app looks different now", "I normally use the website")),
    Phrases("returns", GOOD, (
        "sending it back was painless", "the return label was already in the box", "exchanged without a single question",
        "returns desk took thirty seconds",
    )),
    Phrases("returns", BAD, (
        "I had to print the return label at my own cost", "the return form kept rejecting my order number",
        "you make it hard to send things back", "my exchange came in the wrong size again",
        "no answer to my return request for a week", "I should not pay postage for your mistake",
    )),
    Phrases("returns", PLAIN, (
        "I sent the {product} back", "I returned it because I no longer need it", "I swapped it for another one",
    )),
    Phrases("refund", GOOD, (
        "the refund was on my account the next day", "money back without any discussion",
        "the refund came faster than I expected",
    )),
    Phrases("refund", BAD, (
        "I have been waiting for my refund for {days} days", "only part of the money came back", "the refund went to an old card",
        "three emails and still no refund", "you took the goods back and kept my money",
        "they offered a voucher, I want my money",
    )),
    Phrases("refund", PLAIN, ("the refund is being processed", "they asked for my bank details", "the refund was split in two")),
    Phrases("loyalty", GOOD, (
        "the points add up quickly", "the free coffee on my birthday was a lovely surprise", "being a gold member really pays",
        "I love the little member treats", "I used my points for a voucher and it was easy",
    )),
    Phrases("loyalty", BAD, (
        "my points vanished overnight", "rewards nobody needs", "the points from my last order never appeared",
        "years a customer and no thank you", "you need a degree to understand the points scheme",
    )),
    Phrases("loyalty", PLAIN, ("I collect points now and then", "I joined the loyalty scheme in the shop")),
    Phrases("store", GOOD, (
        "the shop smells of fresh coffee", "staff in the shop let me try three teas", "a lovely place to browse",
        "found everything at once in the shop", "the shop is spotless and bright", "the tasting corner is great",
    )),
    Phrases("store", BAD, (
        "long queue and only one till open", "the shop was out of half the things on my list",
        "the aisles are too narrow for a pram",
        "the price on the shelf was wrong", "nobody in the shop could help", "opening hours online were wrong",
    )),
    Phrases("store", PLAIN, ("I usually buy in the shop", "the shop has moved things around", "I popped in on Saturday")),
    Phrases("wish", PLAIN, (
        "please bring back the larger bags", "it would be great to choose the courier myself",
        "a subscription for beans would be perfect",
        "could you sell refills for the {product}?", "I wish you had a shop in my town", "please add more decaf choices",
        "a smaller size for singles would help", "can you offer evening delivery?",
        "it would help to see the harvest date on the tea",
        "please let us pay in instalments", "I would love a children's cooking set", "how about gift cards?",
        "a guide for the {product} would be useful", "please make the packaging plastic free",
        "would like to see reviews with photos",
        "can you add a dark mode to the app?",
    )),
    Phrases("praise", GOOD, (
        "absolutely delighted", "could not be happier", "will definitely order again", "I have told all my friends",
        "a great gift, my sister loved it", "always a pleasure to shop here", "five stars from me", "keep up the good work",
        "exactly what I was looking for", "you never let me down", "made my week", "brilliant from start to finish", "love it",
    )),
    Phrases("meh", PLAIN, (
        "it is okay", "does what it says", "nothing to complain about, nothing to rave about", "fine so far",
        "I have not used it much yet",
        "bought it as a present, no feedback yet", "so-so", "as described", "too early to say",
    )),
    Phrases("disappointed", BAD, (
        "really disappointed", "this used to be my favourite shop", "I will think twice before ordering again", "not good enough",
        "what a waste of time", "last time I shop here", "I expected better from you", "very frustrating", "not what I paid for",
    )),
)
#: Ends of messages: after good, plain and bad ones.
CLOSERS = (
    (" 😡", " 👎", " Please fix this.", " Sort it out!", " ☹️", "!!", " Not happy."),
    (" 🙂", " Thanks.", " Cheers.", " Just my view.", " 🤷"),
    (" 😊", " 👍", " ❤️", " Thank you!", " ⭐⭐⭐⭐⭐", " Cheers!", " 🎉"),
)
BUT = (", but ", ", although ", ". However, ", ", just a pity that ")
#: Slips of the keyboard: right, wrong.
TYPOS = (
    ("delivery", "delivry"), ("arrived", "arived"), ("parcel", "parcle"), ("quality", "qualtiy"), ("really", "realy"), ("refund",
    "refudn"),
    ("because", "becuase"), ("the ", "teh "), ("with", "wiht"), ("definitely", "definately"), ("package", "pakage"), ("which",
    "wich"),
    ("friend", "freind"), ("again", "agian"), ("product", "prodcut"),
)
TICKETS = (
    TicketWords("late", ("Where is my parcel?", "Late delivery", "Delivery problem", "Still waiting", "Delayed order")),
    TicketWords("returns", ("Return request", "Wrong item", "Exchange please", "Refund please", "Refund not received"), (
        "I would like to return the {product}", "I received the wrong item", "I want to swap the {product} for another one",
        "I do not need the {product} after all and want my money back",
        "I posted the return {days} days ago and heard nothing",
    )),
    TicketWords(
        "billing",
        ("Charged twice", "Discount missing", "Payment failed", "VAT invoice", "Question about my invoice",
        "Reminder by mistake"), (
            "I was charged twice for the same order", "my discount code was not taken off the total",
            "the payment failed but the money is gone", "I need an invoice with our company name",
            "the amount on the invoice does not match my order", "I paid {days} days ago and still get reminders",
        ),
    ),
    TicketWords(
        "product",
        ("Something is wrong", "Something is missing", "How to store", "Instructions", "Back in stock?", "Strange smell"), (
            "there is something wrong with the {product}", "something is missing from the {product}",
            "how should I store the {product}?", "is there a guide for the {product}?",
            "when will the {product} be back in stock?", "the {product} gave off a strange smell",
        ),
    ),
    TicketWords(
        "account",
        ("Cannot log in", "Change of address", "Points missing", "New email address", "Password", "No more messages"), (
            "I cannot log in since the update", "please change my delivery address", "my loyalty points are not shown",
            "I want to use another email address", "the code to reset my password never arrives",
            "please stop sending me text messages",
        ),
    ),
    TicketWords(
        "other",
        ("Opening hours", "Office delivery", "Wholesale enquiry", "Jobs", "Complaint", "Catalogue"), (
            "what are your opening hours over the holidays?", "do you deliver to offices?",
            "can we order larger amounts for our café?", "do you have jobs in the shop?", "I would like to speak to a manager",
            "is there a paper catalogue?",
        ),
    ),
    TicketWords("damaged", ("Damaged on arrival", "Broken item", "Parcel was damaged", "Delivery problem")),
)
OPENERS = ("Hello, ", "Hi, ", "Good morning, ", "Dear team, ", "", "")
REQUESTS = (
    "Please let me know what happens next.", "Can you look into this?", "Please help.", "I need an answer this week.",
    "Could somebody call me back?", "Thanks in advance.", "",
)
