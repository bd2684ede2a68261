"""What Ana and the others wrote to each other: code, links, Japanese, emoji, Hebrew. Pure data."""

from __future__ import annotations

from supachat.demo.cast import AIKO, ANA, BEN, IDRIS, NOA, TOMAS

BEN_TALK = (
    (ANA, "Do you remember why crossings are ordered by two columns?"),
    (BEN, "Because two boats can leave in the same microsecond, and one column then loses one of them."),
    (
        BEN,
        "```sql\nselect id, boat, left_at\n  from crossings\n where (left_at, id) < ($1, $2)\n"
        " order by left_at desc, id desc\n limit 50;\n```",
    ),
    (ANA, "And that walks along the index the whole way down?"),
    (
        BEN,
        "`Index Scan Backward`, 50 rows read for 50 rows shown. I stared at it for a while, it was lovely.",
    ),
    (
        ANA,
        "Then I can drop my version:\n\n```python\ndef page(rows, size=50):\n"
        '    """The wrong way: offset counts what it throws away."""\n'
        "    for start in range(0, len(rows), size):\n        yield rows[start : start + size]\n```",
    ),
    (BEN, "Frame it and hang it over the desk."),
    (ANA, "Next: who may read a crossing's passenger list? I would rather not decide that in Python."),
    (BEN, "Then don't. Let the row decide:"),
    (
        BEN,
        "```sql\ncreate policy crew_reads on passengers\n  for select to authenticated\n"
        "  using (exists (\n    select from crew\n     where crew.boat = passengers.boat\n"
        "       and crew.user_id = (select auth.uid())\n  ));\n```",
    ),
    (ANA, "Why the `select` around `auth.uid()`?"),
    (BEN, "So that it is asked once for the query and not once for each row. With 200 rows you feel it."),
    (ANA, "Measured?"),
    (
        BEN,
        "| rows | bare | wrapped |\n|---:|---:|---:|\n| 200 | 1.9 ms | 0.4 ms |\n| 5,000 | 44 ms | 2.1 ms |",
    ),
    (ANA, "I withdraw the question."),
    (BEN, "Never withdraw a question. Ask the *explain* instead."),
    (ANA, "What is on your list for the week?"),
    (
        BEN,
        "1. the trigger that tells the gate\n2. the trigger that tells the cat (Mira says no)\n"
        "3. a test for **every** policy that says no\n4. sleep",
    ),
    (ANA, "Number 3 first, please. A policy that was never refused by a test is a wish."),
    (BEN, "Stealing that for the wall."),
    (
        BEN,
        "The gate trigger, for your eyes:\n\n```diff\n- perform pg_notify('gate', new.id::text);\n"
        "+ perform realtime.broadcast_changes(\n+   'gate:' || new.pier, tg_op, tg_op,\n"
        "+   tg_table_name, tg_table_schema, new, old);\n```",
    ),
    (ANA, "So the gate hears it only once the row is committed."),
    (BEN, "Exactly. No ghost boats."),
    (BEN, "I am about most of the day if you want to try something. I am easy to reach, I live here."),
)

NOA_TALK = (
    (ANA, "Noa, could you look over the Hebrew of the boarding screen?"),
    (NOA, "בשמחה! תשלחי לי צילום מסך?"),
    (ANA, 'Here is the text, the picture is on the board: "עלייה לסיפון ברציף 2"'),
    (NOA, 'כמעט. עדיף: "העלייה לסיפון ברציף 2 בשעה 18:20". המספרים נשארים משמאל לימין, וזה בסדר גמור.'),
    (ANA, "So 18:20 stands in the middle and nothing jumps?"),
    (
        NOA,
        "Nothing jumps, as long as every line is isolated from its neighbours. Try it with a name in front.",
    ),
    (ANA, '"Marguerite: העלייה לסיפון ברציף 2"'),
    (NOA, 'יפה מאוד. And in Arabic, for the harbour master: "الصعود إلى السفينة من الرصيف ٢"'),
    (ANA, "Beautiful. Does the full stop belong left or right?"),
    (NOA, "לשמאל, בסוף המשפט. Your terminal will argue with you about it. The terminal is wrong."),
    (ANA, "I will tell it."),
    (NOA, "תודה! ושבת שלום 🌊"),
)

AIKO_TALK = (
    (AIKO, "お疲れさまです。時刻表の日本語版、確認しました。"),
    (ANA, "ありがとうございます! Anything that reads like a machine wrote it?"),
    (AIKO, "「乗船してください」は少し命令的です。「ご乗船ください」のほうが自然です。"),
    (ANA, "Changed. And the columns, do they line up on your side?"),
    (
        AIKO,
        "はい、全角文字が二桁として数えられています:\n\n```\n便名          時刻   乗り場\nハルシオン    08:05  北桟橋\n"
        "マルグリット  18:20  第二桟橋\n```",
    ),
    (ANA, "Two cells for each of them. It took us three attempts."),
    (AIKO, "三度目の正直ですね。"),
    (ANA, "What does that mean?"),
    (AIKO, '"The third time is the honest one." 四度目はありませんように。'),
    (AIKO, "来週の便、空席はまだありますか。母が島を見たがっています。"),
    (ANA, "For your mother always. The Marguerite, window, left side: that is where the seals are."),
    (AIKO, "母はもう荷造りを始めました 😊"),
)

TOMAS_TALK = (
    (TOMAS, "Buenas. ¿Dónde vive ahora la documentación?"),
    (ANA, "Realtime is described at https://supabase.com/docs/guides/realtime and the policies beside it."),
    (TOMAS, "¿Y por qué la lista de mensajes no se redibuja entera? He leído algo sobre eso."),
    (ANA, "Only the lines you see are drawn. The list knows its heights, the rest waits."),
    (TOMAS, "Como el menú del día: si no lo pides, no se cocina."),
    (ANA, "I will never explain it differently again."),
    (
        TOMAS,
        "Una dirección larga para tu prueba: https://example.org/ferry/2025/timetable?from=north-pier&to=gull-rock&adults=2&bicycles=48&tuba=1#platform-two",
    ),
    (ANA, "It folds where it has to, and it still opens as one address. Thank you."),
    (
        TOMAS,
        "¿Y si alguien esconde otra dirección detrás? Por ejemplo [el horario](https://example.org/somewhere-else)",
    ),
    (ANA, "Then you see where it leads before it is opened."),
    (
        TOMAS,
        "Bien. Me quedo tranquilo y me voy a la playa. Señal: ninguna. Escríbeme igual, lo leeré al volver.",
    ),
)

IDRIS_TALK = (
    (IDRIS, "New icons for the deck plan! 🛟 ⚓️ 🚲 🐕 🎺"),
    (ANA, "The tuba is a trumpet."),
    (IDRIS, "There is no tuba. I looked. I looked for an *hour*. 😮‍💨"),
    (ANA, "Then the trumpet is promoted. What about the family cabin?"),
    (
        IDRIS,
        "👨‍👩‍👧‍👦 or 👩🏽‍🤝‍👨🏿, I cannot decide, and both are one glyph made of many, so test them well.",
    ),
    (ANA, "They stay whole here. And the flags?"),
    (IDRIS, "🇵🇹 🇳🇬 🇭🇷 🇯🇵 🇪🇸 🏴󠁧󠁢󠁳󠁣󠁴󠁿"),
    (ANA, "All six wave."),
    (
        IDRIS,
        "A long one, so that you see how the pane breaks it. The deck plan has three layers: what is bolted down, "
        "what is merely heavy, and what is *hoped for*. Bolted down is drawn solid. Heavy has an outline. Hoped "
        "for is dotted, and that is where the second coffee machine lives. Nobody reads a legend at sea, so the "
        "three have to explain themselves, and the only way I found is to make the solid ones boring and the "
        "dotted ones beautiful. Tell me if that is madness.",
    ),
    (ANA, "It is madness and it is right."),
    (IDRIS, "Then I have a favour to ask 🙏"),
    (IDRIS, "> Nobody reads a legend at sea\n\nMay I print that on a mug?"),
    (IDRIS, "I have *already* printed it on a mug ☕"),
)

WELCOMES = {
    "mira": (
        "Hello {first}. Ana said you would come by.",
        "I am on the quay with a tablet, so I type with one finger. Write to me whenever you like.",
    ),
    "ben": (
        "Hi {first}, I keep the database dry.",
        "If you want to see something break and mend itself, ask me how to *kill the server*.",
    ),
}
