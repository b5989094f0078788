"""English."""

from __future__ import annotations

from .language import Language, phrases, terms

ENGLISH = Language(
    code="en",
    stopwords=terms("""
        a about above after again against ain't all also am an and any are aren't as at be because been
        before being below between both but by can can't could couldn't did didn't do does doesn't doing
        don't down during each either else ever every few for from further get gets getting go goes
        going gonna got had hadn't has hasn't have haven't having he he'd he'll he's her here here's
        hers herself him himself his how how's i i'd i'll i'm i've if in into is isn't it it'd it'll
        it's its itself just let's like may me might more most much must my myself no nor not now of off
        on once one only or other ought our ours ourselves out over own per rather really rt same shall
        she she'd she'll she's should shouldn't since so some still such than that that's the their
        theirs them themselves then there there's these they they'd they'll they're they've this those
        though through to too u under until up upon us very via was wasn't we we'd we'll we're we've
        were weren't what what's when where where's which while who who's whom why will with within
        without won't would wouldn't yes yet you you'd you'll you're you've your yours yourself amp dont
        im ive cant didnt doesnt isnt thats wont
    """),
    speaker=terms("i i'm i've i'd i'll im ive me my mine myself"),
    judging=phrases("""
        should, shouldn't, should've, ought, must, mustn't, need to, needs to, have to, better not
        deserve, deserves, i think, thought, believe, feel, feels, felt, hope, hoping, hopefully, wish
        doubt, bet, guess, suspect, expect, worry, worries, worried, worrying, nervous, anxious, scared
        afraid, fear, terrified, concerned, sceptical, skeptical, sceptic, skeptic, glad, happy, proud
        relieved, delighted, pleased, grateful, gratitude, thrilled, excited, sad, sadly, gutted
        heartbroken, devastated, angry, furious, annoyed, tired, sick of, fed up, disappointed
        disappointing, ashamed, embarrassed, shocked, surprised, unsurprised, jealous, bored, impressed
        unimpressed, love, loved, loving, hate, hated, adore, enjoy, enjoyed, trust, respect, admire
        despise, good, great, better, best, excellent, amazing, awesome, brilliant, fantastic, wonderful
        perfect, beautiful, lovely, nice, decent, fair, fair enough, honest, honestly, competent, smart
        wise, sensible, brave, bad, worse, worst, terrible, awful, horrible, dreadful, disgusting
        disgrace, disgraceful, shame, shameful, useless, pointless, stupid, dumb, idiotic, idiots, idiot
        moron, morons, clown, clowns, joke, ridiculous, absurd, insane, crazy, madness, nonsense
        rubbish, garbage, trash, pathetic, weak, greedy, greed, corrupt, corruption, liar, liars, lies
        lying, lied, unfair, unjust, wrong, dangerous, reckless, cruel, evil, ugly, careless
        incompetent, incompetence, hypocrisy, hypocrites, hypocrite, cowards, coward, scam, rip off
        ripoff, robbery, theft, disaster, mess, fiasco, farce, failure, nightmare, catastrophe, waste
        wasted, ruined, useful, helpful, important, matters, worth, worthless, cheap, overpriced
        ridiculously, absolutely, totally, literally, seriously, obviously, clearly, apparently, frankly
        basically, surely, truly, genuinely, finally, at last, about time, well done, congrats
        congratulations, bravo, kudos, hats off, credit to, credit where, thanks, thank, cheers
        condolences, prayers, get well, rest in peace, rip, legend, legends, hero, heroes, solidarity
        bring back, bring it on, enough, never, wake up, shut up, get lost, resign, imo, imho, tbh, ngl
        smh, lol, lmao, rofl, wtf, omg, ffs, fml, meh, ugh, yikes, wow, damn, hell, bloody, fuck
        fucking, shit, bullshit, crap, ass, screw, screwed, sucks, suck, unbelievable, incredible
        outrageous, appalling, unacceptable, inexcusable, embarrassing, can't believe, can't wait
        can't see, no excuse, no wonder, of course, my view, my opinion, my take, my guess
        in my opinion, unpopular opinion, unpopular, hot take, makes sense, no sense, right call
        wrong call, right decision, good call, not happy, no way, so much for, who cares, too little
        too late, too much, too many, will fail, won't work, doesn't work, always, same old
        answer for, give up, nobody, everyone knows, anyone else, maybe, perhaps, probably
        imagine, seems, seem, looks like, sounds like, supposed to, don't care, don't get
        don't understand, don't want, don't need, don't let, unfortunately, luckily, thankfully
        folks, mate, bro, dude, gonna, wanna, gotta, y'all, yay, hooray, boo, nope, yep, actually
        simply, oh, poor, kinda, i'd, would have, would've, could have, could've, wouldn't, nothing
        somebody, someone needs, no one, blame, fault, excuse, excuses, mistake, no surprise, miss
        sense, exactly, agreed, agree, disagree, support, oppose, against, favour, favor, lost, risk
        problem, rather than, pretend, for once, instead, at least
    """),
    reports=phrases("""
        breaking, update, updated, live, statement, press release, announces, announced, confirms
        confirmed, reports, reported, reportedly, according to, officials, spokesman, spokesperson
        spokeswoman, readout, timeline, megathread, source, sources, opens, opened, closes, closed
        launches, launched, recalls, sues, approves, approved, rejects, rejected, votes, voted, passes
        passed, dies, dead, killed, injured, arrested, charged, evacuate, evacuated, evacuation, missing
        meets, met, visits, visit, delayed, cancelled, canceled, postponed, suspended, released, signed
        scheduled, effective, starts, begins, ends, today, tonight, yesterday, monday, tuesday
        wednesday, thursday, friday, saturday, sunday, jan, feb, mar, apr, jun, jul, aug, sept, oct, nov
        dec, january, february, april, june, july, august, september, october, november, december
        percent, million, billion, in photos, photos, photo, video, explained, what we know, am, pm, new
        from, says, filed
    """),
    asks=phrases("""
        does anyone, do we know, anyone know, does anybody, anybody know, anyone knows, has anyone
        did anyone, is anyone, can anyone, could anyone, can someone, could someone, any idea
        any news on, any update, genuine question, honest question, serious question, quick question
        wondering if, wondering whether, is, are, was, were, does, do, did, has, have, will
        can, could, may, which, when, where, what time, how do i, how do we, how do you, how does
        how long, how many, how much, how far, how loud, how big, how old, how often, what happens
        what does, what is, what are, what's the, who is, who has, ok so is
        so is, so does, so will, what about
    """),
    muses=phrases("""
        why, who wants, who would, who needs, who pays, who will pay, who asked, who else, who thought
        who could, how dare, how can, how could, how is, how hard, how come, how many more
        how much longer, how many times, what did you expect, what could, what next, what's next
        what's wrong with, what the, what kind of, what sort of, really, seriously, is it just me
        is it too much, are you kidding, are you serious, are we supposed, do they think, do you think
        do they really, do we really, can we just, can you imagine, can you believe, have you no
        have they no, isn't, aren't, don't, doesn't, didn't, wasn't, weren't, won't, wouldn't, shouldn't
        couldn't, can't, remember when, did you really, is this what, is that what, was it worth
        anyone surprised, does nobody, does no one, is nobody, has nobody, how stupid, how dumb
        how ridiculous, how absurd, how crazy, how sad, how unfair, how wrong
    """),
    answers=phrases("""
        you've got it backwards, got it backwards, that's not true, that's false, this is false
        not true, false, fake news, debunked, correction, fact check, facts first, typo
        fair point, good point, no hard feelings, we'll see, i stand corrected
    """),
    offers=phrases("""
        dm me, dm us, dm for, message me, whatsapp, telegram, donate, donation, donations, gofundme
        tickets, for sale, selling, buy now, discount, promo code, giveaway, follow for more, follow me
        follow us, subscribe, sign up, link in bio, click here, check out my, call us
        call now, text us, book now, order now, in stock, certified, crypto
        bitcoin, did you know, fun fact, nft, airdrop, rsvp, apply now, we're hiring, hiring
        job opening
    """),
    negations=terms("""
        not no never none nobody nothing neither nor without hardly barely cannot can't don't doesn't
        didn't won't wouldn't isn't aren't wasn't weren't couldn't shouldn't haven't hasn't hadn't ain't
        dont doesnt didnt isnt wont cant
    """),
    supports=phrases("""
        i support, we support, fully support, in favour of, in favor of, i'm for, i am for, i back
        i'd back, we back, i'm with, i agree with, i stand with, i stand by, standing with, solidarity
        right call, good call, right decision, good decision, right choice, right move, good move
        smart move, right thing, right idea, good idea, great idea, best news, great news, good news
        good on, good for, good step, decent step, step in the right direction, step forward
        makes sense, well done, nicely done, bravo, kudos, hats off, credit to, credit where, congrats
        congratulations, proud of, glad, delighted, pleased, relieved, about time, bring it on
        long overdue, more of this, keep it up, good to see, great to see, happy to see, love this
        love to see it, exactly right, they're right, is right, are right, worth it
        will help, cannot fault, can't fault, great job, good job
        great service, sensible, deserve it, deserves it, better than, i agree, yes to
        keep the, well deserved
    """),
    opposes=phrases("""
        i oppose, we oppose, opposed to, i'm against, i am against, against it, i object, say no to
        vote no, stop the, stop this, scrap the, scrap it, abolish, repeal, boycott, should resign
        must resign, resign, bad idea, terrible idea, stupid idea, bad decision, wrong decision
        terrible decision, wrong call, bad call, wrong move, bad move, bad deal, terrible deal
        huge mistake, big mistake, mistake, shame on, shameful, disgrace, disgraceful, unacceptable
        inexcusable, ridiculous, absurd, outrageous, insane, madness, nonsense, useless, pointless
        waste of, rip off, ripoff, robbery, scam, joke, farce, fiasco, failure, failed, will fail
        no sense, never again, not the answer, unfair, unjust, cruel, greedy, greed, incompetent
        incompetence, negligence, negligent, reckless, careless, cover up, coverup, cut corners
        lied, liars, lying, betrayed, betrayal, lost trust, lost any trust, fed up, sick of
        tired of, had enough, i'm done, done with, i doubt, doubt it, doubt that, skeptical, sceptical
        no evidence, too late, too slow, too little, accountable, ashamed, sort it out
        worst, not happy, oppose, opposes, no to, refuse to, a disaster, dangerous, not acceptable
        don't support, do not support, doesn't support, can't support, cannot support, never works
        never worked, won't work, will not work, doesn't work, does not work, isn't working, backfire
        backfires, backfired, counterproductive, short-sighted, shortsighted, blunder, humiliating
        humiliation, giving in, gave in, caving, caved, capitulation, appeasement, spineless, cowardly
    """),
    ironic=phrases("""
        yeah right, yeah sure, oh great, oh good, oh wonderful, oh brilliant, oh joy, oh lovely
        oh how nice, slow clap, just great, just what we needed, just what i needed
        exactly what we needed, what could possibly go wrong, what could go wrong, thanks for nothing
        good luck with that, big surprise, what a surprise, colour me, color me
        who would have thought, who could have known, who saw that coming, went so well, worked so well
        working out great, love that for us, love that for me, love that for them, how generous
        how thoughtful, how convenient, truly visionary, totally not, sure jan, cool cool
        living the dream, mission accomplished, stunning and brave, give them a medal, absolute genius
        only the best, genius move, genius plan, genius idea, brilliant plan, great plan
        shocked shocked
    """),
    praise=terms("""
        great good brilliant genius wonderful fantastic amazing excellent awesome perfect lovely nice
        superb stellar triumph success bravo congratulations congrats love loving impressive outstanding
        visionary masterstroke magnificent marvellous marvelous splendid thanks kudos
    """),
    losses=terms("""
        nothing nobody broke broken crash crashed crashes fail failed fails failing failure late delay
        delayed delays cancelled canceled closed closing cut cuts cutting lost lose loses losing loss
        fired sacked layoffs queue queues stuck stranded fee fees fine fines tax taxes debt worse stolen
        unpaid unemployed evicted overpriced paying shortage shortages
    """),
    roles={
        "outlet": phrases("""
            news outlet, news, newspaper, newsroom, news agency, press agency, photo agency
            wire service, broadcaster, magazine, paper of record, breaking news, news site
            radio station, tv channel
        """),
        "journalist": phrases("""
            journalist, reporter, correspondent, news editor, staff writer, newsreader, news anchor
            editor-in-chief, photojournalist
        """),
        "official": phrases("""
            official, official account, official updates, official support, official help
            government agency, ministry, city council, police department
        """),
        "politician": phrases("""
            mayor of, councillor, senator, congressman, congresswoman, member of parliament, mp for
            minister for, minister of, party leader, group leader, governor of
        """),
        "analyst": phrases("analyst"),
        "economist": phrases("economist"),
        "lawyer": phrases("lawyer, attorney, solicitor, barrister"),
    },
    mastheads=terms("times gazette herald tribune courier chronicle newswire news observer"),
    machines=phrases("automated, automatic, auto-posted, bot, unattended"),
    streets=terms("street st avenue ave road rd lane ln drive boulevard blvd terrace crescent"),
    coarse=terms("""
        fuck fucking fucked shit bullshit crap ass asshole bitch bastard bastards wtf ffs
        stfu damn idiot idiots moron morons clown clowns scum muppet muppets
    """),
    dangling=terms("""
        this that it it's that's he she they they're he's she's and but so because which
        also then these those same plus yes no or though
    """),
)
