"""The grammar that both domains share: clauses with words, tags, chunks, mentions and heads.

What a model has to learn is shared by the tasks and by the domains:

- a stem that is both noun and verb, and a form in -ed, is disambiguated by its context;
- an entity's type follows from its verb or preposition, for most names from nothing else;
- chunks follow from parts of speech;
- a prepositional phrase hangs on a relational noun or on the verb, by the noun's class.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mutspad.data.demo.dice import Dice
from mutspad.data.demo.language import WordList
from mutspad.data.demo.syntax import Entity, Node, Phrase, chunked, mentioned

MONTHS = ("January", "March", "April", "June", "July", "October", "December")
DAYS = ("Monday", "Tuesday", "Thursday", "Friday", "Sunday")
MODALS = ("will", "can", "could", "may", "should", "would", "might")
NUMERALS = ("two", "three", "four", "five", "ten", "20", "50", "100")
PLURAL_PRONOUNS = ("we", "they", "you")
DEGREES = ("very", "so", "too", "quite", "really")
TIMES = ("today", "now", "again", "soon", "recently", "here", "already")
PARTICLES = ("up", "out", "down", "off")
# Prepositions that a relational noun governs.
GOVERNED = ("on", "for", "about", "against", "with")
INSTRUMENTAL = ("with", "for", "after", "before", "against", "on")
TARGETS = ("in", "into", "on", "under")
DIRECTIONS = ("to", "in", "from", "near")
SUBORDINATORS = ("because", "after", "before", "while", "if", "as")


@dataclass(frozen=True, slots=True)
class Style:
    """Probabilities of a domain's grammatical choices.

    Parameters
    ----------
    frames
        Weight of each clause frame.
    pronoun, name
        Share of subjects that are pronouns and, of the rest where people act, names.
    adjective, compound, degree
        Share of noun phrases with an adjective and with a noun before the noun; of adjectives with
        an adverb of degree.
    manner, time, adjunct
        Share of clauses with an adverb of manner, with a time and with a prepositional phrase.
    coordination, relative, subordinate
        Share of noun phrases joined by a conjunction or with a relative clause, and of sentences
        with a subordinate clause.
    past
        Share of verbs in the simple past.
    handle
        Share of people mentioned by their handle.
    """

    frames: Mapping[str, float]
    pronoun: float
    name: float
    adjective: float
    compound: float
    degree: float
    manner: float
    time: float
    adjunct: float
    coordination: float
    relative: float
    subordinate: float
    past: float
    handle: float


class Grammar:
    """Build clauses from a domain's words in a domain's style."""

    def __init__(self, dice: Dice, words: Mapping[str, WordList], style: Style) -> None:
        self.dice = dice
        self.words = words
        self.style = style
        self._frames: Mapping[str, Callable[[], Phrase]] = {
            "say": self._say,
            "go": self._go,
            "make": self._make,
            "meet": self._meet,
            "change": self._change,
            "affect": self._affect,
            "put": self._put,
            "want": self._want,
            "be": self._be,
            "passive": self._passive,
        }

    def sentence(self) -> Phrase:
        """Build a main clause, some with a subordinate clause."""
        main = self.clause()
        if self.dice.chance(self.style.subordinate):
            clause = self.clause()
            mark = Node(self.dice.pick(SUBORDINATORS), "IN", "mark", clause.head)
            chunked([mark], "SBAR")
            if self.dice.chance(0.3):
                comma = Node(",", ",", "punct", main.head)
                main.nodes[:0] = [mark, *clause.under(main.head, "advcl"), comma]
            else:
                main.nodes += [mark, *clause.under(main.head, "advcl")]
        return main

    def clause(self) -> Phrase:
        """Build a clause of a frame, with what may go with any clause."""
        frame = self.dice.weigh(self.style.frames)
        clause = self._frames[frame]()
        if frame != "say":
            if self.dice.chance(self.style.adjunct):
                clause.nodes += self._adjunct().under(clause.head, "obl")
            if self.dice.chance(self.style.time):
                clause.nodes += self._time(clause.head)
        return clause

    def common(self, *lists: str) -> Phrase:
        """Build a noun phrase around a noun of one of the lists."""
        dice, style = self.dice, self.style
        plural = dice.chance(0.35)
        noun = self.words[dice.pick(lists or ("thing", "relational"))].pick(dice)
        head = Node(noun + "s" * plural, "NNS" if plural else "NN")
        before = []
        if dice.chance(style.adjective):
            adjective = self._adjective(head)
            if dice.chance(style.degree):
                before.append(Node(dice.pick(DEGREES), "RB", "advmod", adjective))
            before.append(adjective)
        if dice.chance(style.compound):
            before.append(Node(self.words["thing"].pick(dice), "NN", "compound", head))
        nodes = [*self._determiner(head, plural=plural), *before, head]
        chunked([node for node in nodes if node.chunk is None], "NP")
        return Phrase(nodes, head, plural)

    def name(self, kind: Entity) -> Phrase:
        """Build a noun phrase that names an entity."""
        dice = self.dice
        if kind is Entity.PERSON:
            phrase = self._person()
        elif kind is Entity.PRODUCT:
            head = self._proper("product")
            nodes = [head]
            if dice.chance(0.3):
                nodes.append(Node(str(dice.number(2, 9)), "CD", "nummod", head))
            phrase = Phrase(nodes, head)
        else:
            phrase = self._place_or_company(kind)
        mentioned(phrase.nodes, kind)
        if kind is Entity.PERSON and dice.chance(0.15):
            title = Node(self.words["human"].pick(dice), "NN", "compound", phrase.head)
            phrase.nodes.insert(0, title)
        chunked(phrase.nodes, "NP")
        return phrase

    def handle(self) -> Phrase:
        """Build the handle of a person."""
        dice = self.dice
        stem = self.words[dice.pick(("first", "last"))].pick(dice).lower()
        node = Node(f"@{stem}{dice.pick(('', '_', str(dice.number(1, 99))))}", "NNP")
        chunked([node], "NP")
        return Phrase([node], node)

    def group(self, make: Callable[[], Phrase]) -> Phrase:
        """Build a noun phrase, some with a second one or a relative clause behind it."""
        phrase = make()
        if self.dice.chance(self.style.coordination):
            second = make()
            conjunction = Node(self.dice.pick(("and", "or")), "CC", "cc", second.head)
            nodes = [*phrase.nodes, conjunction, *second.under(phrase.head, "conj")]
            return Phrase(nodes, phrase.head, plural=True)
        if self.dice.chance(self.style.relative):
            phrase.nodes += self._relative(phrase)
        return phrase

    def _say(self) -> Phrase:
        subject, verb = self._predicate(self._agent(company=0.3), "say")
        clause = self.clause()
        nodes = subject + verb.nodes
        if self.dice.chance(0.6):
            mark = Node("that", "IN", "mark", clause.head)
            chunked([mark], "SBAR")
            nodes.append(mark)
        return Phrase(nodes + clause.under(verb.head, "ccomp"), verb.head)

    def _go(self) -> Phrase:
        subject, verb = self._predicate(self._agent(company=0.1), "go")
        nodes = subject + verb.nodes
        target = self.group(
            lambda: self.name(Entity.PLACE) if self.dice.chance(0.6) else self.common("thing")
        )
        return Phrase(nodes + self._preposed(DIRECTIONS, target).under(verb.head, "obl"), verb.head)

    def _make(self) -> Phrase:
        subject, verb = self._predicate(self._agent(company=0.5), "make")
        made = self.group(
            lambda: self.name(Entity.PRODUCT) if self.dice.chance(0.55) else self._object()
        )
        return Phrase(subject + verb.nodes + made.under(verb.head, "obj"), verb.head)

    def _meet(self) -> Phrase:
        subject, verb = self._predicate(self._agent(company=0.2), "meet")
        met = self.group(lambda: self._agent(company=0.3))
        return Phrase(subject + verb.nodes + met.under(verb.head, "obj"), verb.head)

    def _change(self) -> Phrase:
        subject, verb = self._predicate(self.group(self._object), "change")
        nodes = subject + verb.nodes
        if self.dice.chance(0.25):
            particle = Node(self.dice.pick(PARTICLES), "RP", "compound:prt", verb.head)
            chunked([particle], "PRT")
            nodes.append(particle)
        return Phrase(nodes + self._manner(verb.head), verb.head)

    def _affect(self) -> Phrase:
        actor = self.common() if self.dice.chance(0.5) else self._agent(company=0.4)
        subject, verb = self._predicate(actor, "affect")
        affected = self.group(self._object)
        nodes = subject + verb.nodes + affected.under(verb.head, "obj")
        return Phrase(nodes + self._manner(verb.head), verb.head)

    def _put(self) -> Phrase:
        subject, verb = self._predicate(self._agent(company=0.2), "put")
        moved = self.common("thing", "relational")
        target = self.name(Entity.PLACE) if self.dice.chance(0.4) else self.common("thing")
        nodes = subject + verb.nodes + moved.under(verb.head, "obj")
        # This verb takes the phrase, whatever noun stands before it.
        return Phrase(nodes + self._preposed(TARGETS, target).under(verb.head, "obl"), verb.head)

    def _want(self) -> Phrase:
        subject, verb = self._predicate(self._agent(company=0.3), "want")
        inner = self.words[self.dice.pick(("affect", "make"))].pick(self.dice)
        to, main = Node("to", "TO", "mark"), Node(inner, "VB")
        to.head = main
        chunked([to, main], "VP")
        wanted = self._object().under(main, "obj")
        clause = Phrase([to, main, *wanted], main)
        return Phrase(subject + verb.nodes + clause.under(verb.head, "xcomp"), verb.head)

    def _be(self) -> Phrase:
        subject = self._subject(self.group(self._object))
        if self.dice.chance(0.65):
            head = self._adjective(None)
            predicate = Phrase([head], head)
            if self.dice.chance(self.style.degree):
                predicate.nodes.insert(0, Node(self.dice.pick(DEGREES), "RB", "advmod", head))
            chunked(predicate.nodes, "ADJP")
        else:
            predicate = self.common("thing", "human")
        copula = self._copula(subject, predicate.head)
        nodes = [*subject.under(predicate.head, "nsubj"), copula, *predicate.nodes]
        return Phrase(nodes, predicate.head)

    def _passive(self) -> Phrase:
        dice = self.dice
        frame = dice.weigh({"affect": 3, "make": 2, "put": 1, "meet": 1})
        if frame == "make" and dice.chance(0.5):
            subject = self.name(Entity.PRODUCT)
        else:
            subject = self._agent(company=0.3) if frame == "meet" else self.common()
        verb = Node(self.words[frame].pick(dice) + "ed", "VBN")
        auxiliary = Node("were" if subject.plural else "was", "VBD", "aux:pass", verb)
        nodes = [auxiliary, verb]
        if dice.chance(self.style.manner):
            nodes.insert(1, Node(self.words["manner"].pick(dice), "RB", "advmod", verb))
        chunked(nodes, "VP")
        nodes = subject.under(verb, "nsubj:pass") + nodes
        if dice.chance(0.5):
            nodes += self._preposed(("by",), self._agent(company=0.5)).under(verb, "obl")
        return Phrase(nodes, verb)

    def _predicate(self, subject: Phrase, frame: str) -> tuple[list[Node], Phrase]:
        """Build a verb that agrees with its subject and hang the subject on it."""
        subject = self._subject(subject)
        verb = self._verb(frame, plural=subject.plural or subject.nodes[0].word == "I")
        return subject.under(verb.head, "nsubj"), verb

    def _subject(self, subject: Phrase) -> Phrase:
        """Put a pronoun in the place of some subjects."""
        if not self.dice.chance(self.style.pronoun):
            return subject
        plural = self.dice.chance(0.4)
        singular = {"I": 3.0, "he": 1.0, "she": 1.0, "it": 1.0}
        word = self.dice.pick(PLURAL_PRONOUNS) if plural else self.dice.weigh(singular)
        node = Node(word, "PRP")
        chunked([node], "NP")
        return Phrase([node], node, plural)

    def _verb(self, frame: str, *, plural: bool) -> Phrase:
        """Build a verb with its auxiliaries; all of it is one chunk."""
        dice = self.dice
        stem = self.words[frame].pick(dice)
        present = "VBP" if plural else "VBZ"
        past = self.style.past
        rest = (1 - past) / 4
        shape = dice.weigh({"past": past, "present": rest, "modal": rest, "have": rest, "be": rest})
        auxiliaries = []
        if shape == "past":
            main = Node(stem + "ed", "VBD")
        elif shape == "present":
            main = Node(stem + "s" * (not plural), present)
        elif shape == "modal":
            main = Node(stem, "VB")
            auxiliaries.append(Node(dice.pick(MODALS), "MD", "aux", main))
        elif shape == "have":
            main = Node(stem + "ed", "VBN")
            auxiliaries.append(Node("have" if plural else "has", present, "aux", main))
        else:
            main = Node(stem + "ing", "VBG")
            auxiliaries.append(Node("are" if plural else "is", present, "aux", main))
        if auxiliaries and dice.chance(0.25):
            adverb = "not" if dice.chance(0.5) else self.words["manner"].pick(dice)
            auxiliaries.append(Node(adverb, "RB", "advmod", main))
        nodes = [*auxiliaries, main]
        chunked(nodes, "VP")
        return Phrase(nodes, main)

    def _agent(self, *, company: float) -> Phrase:
        """Build a noun phrase for one who acts; `company` is the share of companies."""
        if self.dice.chance(self.style.name):
            if self.dice.chance(company):
                return self.name(Entity.COMPANY)
            if self.dice.chance(self.style.handle):
                return self.handle()
            return self.name(Entity.PERSON)
        return self.common("human")

    def _object(self) -> Phrase:
        """Build a noun phrase for a thing; a relational noun may govern a prepositional phrase."""
        if not self.dice.chance(0.4):
            return self.common("thing")
        phrase = self.common("relational")
        if self.dice.chance(0.6):
            inner = self.common("thing") if self.dice.chance(0.6) else self._agent(company=0.5)
            phrase.nodes += self._preposed(GOVERNED, inner).under(phrase.head, "nmod")
        return phrase

    def _relative(self, phrase: Phrase) -> list[Node]:
        """Build a relative clause on a noun phrase."""
        verb = self._verb(self.dice.pick(("affect", "make")), plural=phrase.plural)
        word = self.dice.pick(("that", "who", "which"))
        pronoun = Node(word, "WP" if word == "who" else "WDT", "nsubj", verb.head)
        chunked([pronoun], "NP")
        clause = Phrase([pronoun, *verb.nodes], verb.head)
        clause.nodes += self._object().under(verb.head, "obj")
        return clause.under(phrase.head, "acl:relcl")

    def _determiner(self, noun: Node, *, plural: bool) -> list[Node]:
        """Build the determiner of a noun phrase: an article, a numeral, a possessor or nothing."""
        dice = self.dice
        shape = dice.weigh({"the": 4, "a": 3, "this": 1, "my": 1.5, "numeral": 0.7, "owner": 0.6})
        if shape == "numeral":
            return [Node(dice.pick(NUMERALS), "CD", "nummod", noun)] if plural else []
        if shape == "owner":
            owner = self.name(dice.pick((Entity.PERSON, Entity.COMPANY, Entity.PLACE)))
            # The possessive marker opens the next chunk, as in CoNLL-2000.
            mark = Node("'s", "POS", "case", owner.head)
            return [*owner.under(noun, "nmod:poss"), mark]
        if shape == "my":
            word = dice.pick(("my", "his", "their", "her", "our"))
            return [Node(word, "PRP$", "nmod:poss", noun)]
        if shape == "a":
            return [] if plural else [Node("a", "DT", "det", noun)]
        word = (
            "the"
            if shape == "the"
            else dice.pick(("these", "some") if plural else ("this", "that"))
        )
        return [Node(word, "DT", "det", noun)]

    def _adjective(self, noun: Node | None) -> Node:
        """Build an adjective on a noun; some are peoples'."""
        if noun is not None and self.dice.chance(0.1):
            place = self.words["place"].pick(self.dice)
            adjective = Node(place.removesuffix("a") + "an", "JJ")
            mentioned([adjective], Entity.PEOPLE)
        else:
            adjective = Node(self.words["adjective"].pick(self.dice), "JJ")
        if noun is not None:
            adjective.head, adjective.relation = noun, "amod"
        return adjective

    def _proper(self, name: str) -> Node:
        """Build a proper noun of a list of names."""
        return Node(self.words[name].pick(self.dice), "NNP")

    def _person(self) -> Phrase:
        """Build a first name, a last name or both."""
        shape = self.dice.weigh({"both": 4, "first": 2, "last": 4})
        head = self._proper("first" if shape == "first" else "last")
        if shape != "both":
            return Phrase([head], head)
        first = self._proper("first")
        head.head, head.relation = first, "flat"
        return Phrase([first, head], first)

    def _place_or_company(self, kind: Entity) -> Phrase:
        """Build a name of one word, or with a word that goes before or after such names."""
        name = self._proper(kind.value)
        if kind is Entity.PLACE and self.dice.chance(0.15):
            before = Node(self.dice.pick(("Port", "North", "New")), "NNP", "compound", name)
            return Phrase([before, name], name)
        if kind is Entity.COMPANY and self.dice.chance(0.3):
            head = Node(self.dice.pick(("Group", "Corp", "Bank")), "NNP")
            name.relation, name.head = "compound", head
            return Phrase([name, head], head)
        return Phrase([name], name)

    def _preposed(self, prepositions: tuple[str, ...], phrase: Phrase) -> Phrase:
        """Put a preposition before a noun phrase."""
        word = self.dice.pick(prepositions)
        node = Node(word, "TO" if word == "to" else "IN", "case", phrase.head)
        chunked([node], "PP")
        return Phrase([node, *phrase.nodes], phrase.head)

    def _adjunct(self) -> Phrase:
        """Build a prepositional phrase of place or circumstance."""
        if self.dice.chance(0.5):
            return self._preposed(("in", "near", "from"), self.name(Entity.PLACE))
        return self._preposed(INSTRUMENTAL, self.common("thing"))

    def _manner(self, verb: Node) -> list[Node]:
        """Build an adverb of manner, or none."""
        if not self.dice.chance(self.style.manner):
            return []
        adverb = Node(self.words["manner"].pick(self.dice), "RB", "advmod", verb)
        chunked([adverb], "ADVP")
        return [adverb]

    def _time(self, verb: Node) -> list[Node]:
        """Build an adverb or a phrase of time."""
        if self.dice.chance(0.5):
            adverb = Node(self.dice.pick(TIMES), "RB", "advmod", verb)
            chunked([adverb], "ADVP")
            return [adverb]
        month = self.dice.chance(0.5)
        noun = Node(self.dice.pick(MONTHS if month else DAYS), "NNP")
        chunked([noun], "NP")
        phrase = self._preposed(("in",) if month else ("on",), Phrase([noun], noun))
        return phrase.under(verb, "obl")

    def _copula(self, subject: Phrase, predicate: Node) -> Node:
        """Build the form of "be" that agrees with a subject."""
        first = subject.nodes[0].word == "I"
        if self.dice.chance(self.style.past):
            word, tag = ("were" if subject.plural else "was"), "VBD"
        elif subject.plural or first:
            word, tag = ("are" if subject.plural else "am"), "VBP"
        else:
            word, tag = "is", "VBZ"
        copula = Node(word, tag, "cop", predicate)
        chunked([copula], "VP")
        return copula
