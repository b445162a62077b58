package importer

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"mlpipeline/internal/csv"
	"mlpipeline/internal/origin"
	"mlpipeline/internal/table"
)

// Kind is what a column is.
type Kind string

// Kinds of columns. The last five are left out.
const (
	Number     Kind = "number"
	Category   Kind = "category"
	Time       Kind = "time"
	Dropped    Kind = "dropped"    // by -drop
	Empty      Kind = "empty"      // every cell is missing
	Identifier Kind = "identifier" // text that is nearly all different
	Counter    Kind = "row names"  // only counts or names the rows
	OtherTime  Kind = "other time" // a time, but not the time column
)

// leftOut are the kinds of columns that are left out, and why, in words.
var leftOut = []struct {
	Kind
	why, way string
}{
	{Dropped, "named by -drop", ""}, {Empty, "every cell is missing", ""},
	{Identifier, "identifiers, nearly all different", "; -category keeps one"},
	{Counter, "only count or name the rows", "; -number keeps one that is more"},
	{OtherTime, "times, but not the time column", ""},
}

// mostBad is the part of a numeric column's cells that may not be numbers.
const mostBad = 0.05

// format is how the cells of a column are read.
type format struct {
	Kind
	comma    bool   // the decimal sign is a comma
	unit     string // of the numbers, that is taken off
	strict   bool   // every number has it
	bad      int64  // cells that are none of its numbers, nor marks
	marks    bool   // cells that are marks are missing
	sentinel [len(sentinels)]bool
	plain    bool // a plain number stays as it is, whatever it is
	fold     bool // yes and Yes are one level
	why      origin.Notes
}

// takes reports whether a number is one of the column's, and its value.
func (f *format) takes(n *number) (v float64, ok bool) {
	if v = n.point; f.comma {
		v = n.comma
	}
	return v, v == v && (n.unit == f.unit || n.unit == "" && !f.strict)
}

// shape is how many cells of a column are numbers, in all sources together, and how
// many something else; doubt is what keeps its decimal sign from being known.
type shape struct {
	numbers, bad int64
	other        int64 // of the bad ones: numbers with the other decimal sign
	doubt        error
}

func (s *shape) merge(o shape) {
	s.numbers, s.bad, s.other, s.doubt = s.numbers+o.numbers, s.bad+o.bad, s.other+o.other, cmp.Or(s.doubt, o.doubt)
}

// shape says how the column's cells are read if they are numbers, and what of them
// are. others are all columns of the source, which may tell the decimal sign.
func (c *Column) shape(name string, others []*Column, delimiter byte, opt *Options) (f format, s shape) {
	f.comma, s.doubt = c.decimalComma(name, others, delimiter, opt)
	own, other := point, comma
	if f.comma {
		own, other = other, own
	}
	s.other = c.numbers[other].N - c.counts[eitherPoint] - c.counts[eitherComma]
	s.numbers, s.bad = c.numbers[whole].N+c.numbers[own].N, c.counts[wordCells]+s.other
	for _, n := range c.Sentinel {
		s.numbers += n
	}
	with := int64(0)
	for unit, n := range c.Units {
		if n > with || n == with && unit < f.unit {
			f.unit, with = unit, n
		}
	}
	strange := c.counts[unitCells] - with // numbers with another unit
	switch {
	case with == 0:
	case unicode.Is(unicode.Sc, []rune(f.unit)[0]): // which is the same with and without
	case 2*with > s.numbers:
		f.strict, strange = true, s.numbers-with
	default:
		f.unit, strange = "", c.counts[unitCells]
	}
	s.numbers, s.bad = s.numbers-strange, s.bad+strange
	f.bad = s.bad
	return f, s
}

// decide sets what a column is, from its record in all sources and its shape alone.
func (c *Column) decide(f *format, name string, s shape, opt *Options) error {
	switch {
	case slices.Contains(opt.Drop, name):
		f.Kind = Dropped
		return nil
	case slices.Contains(opt.Category, name) || name == opt.By && name != opt.Target:
		f.Kind, f.fold = Category, c.yesNo() && len(c.Levels) > 2
		return nil
	}
	forced := name == opt.Target || slices.Contains(opt.Number, name)
	// Where nothing else is no number, marks are missing readings.
	if f.marks = s.bad == 0 && s.numbers > 0 || forced; !f.marks {
		s.bad += c.counts[markCells]
	}
	total := s.numbers + s.bad
	few := s.numbers > 0 && float64(s.bad) <= mostBad*float64(total)
	first, hint := c.firstBad(f, s), ""
	if !strings.ContainsAny(first.Cell, "0123456789") {
		hint = "; -missing names cells that mean a missing one"
	}
	switch {
	case s.other > 0 && s.doubt != nil && float64(s.bad-s.other) <= mostBad*float64(total):
		return fmt.Errorf("column %q: %w", name, s.doubt)
	case few && (forced || !c.codes()), forced && name != opt.Target && s.numbers > 0:
		f.Kind = Number
		if s.doubt != nil {
			return fmt.Errorf("column %q: %w", name, s.doubt)
		}
	case !c.mostlyWords(s) && c.unitsDiffer(name, opt) != "":
		return fmt.Errorf("column %q: %s", name, c.unitsDiffer(name, opt))
	case name == opt.Target && total == 0:
		return fmt.Errorf("the target column %q is empty; -target '' reads rows without one", name)
	case name == opt.Target:
		return fmt.Errorf("the target column %q is not numeric: %d of its %d cells are not numbers, the first %q in line "+
			"%d%s", name, s.bad, total, first.Cell, first.Line, hint)
	case forced:
		return fmt.Errorf("column %q, named by -number, holds no number", name)
	case total == 0 && c.counts[markCells] == 0:
		f.Kind = Empty
	default:
		c.category(f, name, s)
		if f.Kind == Category && c.counts[leadingZeros] == 0 && s.numbers > 0 {
			f.why.Add("%d of %d cells are not numbers, the first %q in line %d%s", s.bad, total,
				first.Cell, first.Line, hint)
		}
	}
	return nil
}

// firstBad is the first cell that is none of the column's numbers, as far as is known.
func (c *Column) firstBad(f *format, s shape) (first example) {
	first.merge(c.firsts[firstWord])
	if f.unit == "" {
		first.merge(c.firsts[firstUnit])
	}
	if s.other > 0 && f.comma {
		first.merge(c.firsts[firstPoint])
	} else if s.other > 0 {
		first.merge(c.firsts[firstComma])
	}
	if first.Line == 0 {
		return c.firsts[firstCell]
	}
	return first
}

// codes reports whether the numbers are names: begin with zeros, all as long as each
// other, or most of them.
func (c *Column) codes() bool {
	zeros := c.counts[leadingZeros]
	return zeros > 0 && c.numbers[point].N+c.numbers[comma].N == 0 &&
		(c.Width.Least == c.Width.Most || 2*zeros > c.numbers[whole].N)
}

func (c *Column) mostlyWords(s shape) bool {
	return float64(c.counts[wordCells]) > mostBad*float64(s.numbers+s.bad)
}

// telling are units that change what a number is worth: thousands, millions, and on which
// side of an account it stands.
var telling = regexp.MustCompile(`^[$€£¥]?(?i:k|m|b|bn|mio|mio\.|tsd|tsd\.|mrd|mrd\.|mln|mld|тыс|тыс\.|млн|млрд|lakh|crore|` +
	`dr|cr|dr\.|cr\.)$`)

// unitsDiffer says that numbers have different units, "" if not: of all columns those that
// tell, of the target any.
func (c *Column) unitsDiffer(name string, opt *Options) string {
	var found []string
	plain := c.numbers[whole].N + max(c.numbers[point].N, c.numbers[comma].N) - c.counts[unitCells]
	for unit := range c.Units {
		if name == opt.Target || telling.MatchString(unit) {
			found = append(found, strconv.Quote(unit))
		}
	}
	if len(found) == 0 || len(found) == 1 && (plain == 0 || name == opt.Target) {
		return ""
	}
	slices.Sort(found)
	first := c.firsts[firstUnit]
	return fmt.Sprintf("numbers such as %q in line %d are not all in one unit (%s); write them in one%s", first.Cell, first.Line,
		strings.Join(found, ", "), orWords(name, opt))
}

// orWords is the way out for a column that is not the target.
func orWords(name string, opt *Options) string {
	if name == opt.Target {
		return ""
	}
	return ", keep the column as words with -category, or leave it out with -drop"
}

// decimalComma finds the decimal sign: that which more of the cells prove; else a
// point, unless the other columns prove a comma alone or all that is left are
// commas, which are thousands if others prove a point. What may be either is an
// error, and so are both in one column.
func (c *Column) decimalComma(name string, others []*Column, delimiter byte, opt *Options) (bool, error) {
	if sign := cmp.Or(opt.Decimal[name], opt.Decimal[""]); sign != "" {
		return sign == ",", nil
	}
	proof := func(c *Column) (points, commas int64) {
		either := c.counts[eitherPoint] + c.counts[eitherComma]
		return c.numbers[point].N - either, c.numbers[comma].N - either
	}
	points, commas := proof(c)
	if points > 0 && commas > 0 {
		p, q := c.firsts[firstPoint], c.firsts[firstComma]
		return commas > points, fmt.Errorf("%q in line %d has a decimal point and %q in line %d a decimal comma; mend "+
			"them%s", p.Cell, p.Line, q.Cell, q.Line, orWords(name, opt))
	}
	if points != commas || c.counts[eitherPoint]+c.counts[eitherComma] == 0 {
		return commas > points, nil
	}
	for _, o := range others {
		p, q := proof(o)
		if o.counts[wordCells] <= p+q+o.numbers[whole].N { // of the same kind
			points, commas = points+p, commas+q
		}
	}
	// Where cells end in semicolons, a comma may be the decimal sign, and points that
	// no number tells from those between thousands are doubtful.
	doubtful := delimiter == ';' && points == 0 && c.numbers[whole].Max() < 1000
	switch {
	case commas == 0 && points > 0, c.counts[eitherComma] == 0 && commas == 0 && !doubtful,
		commas == 0 && c.counts[eitherPoint] == 0 && delimiter == ',': // who writes 1,5 does not end cells with commas
		return false, nil
	case points == 0 && commas > 0 && (c.counts[eitherPoint] == 0 || delimiter != ','):
		return true, nil
	}
	if usual := cmp.Or(opt.Usual.Decimal[name], opt.Usual.Decimal[""]); usual != "" {
		return usual == ",", nil
	}
	first := c.firsts[firstEither]
	return false, fmt.Errorf("numbers such as %q in line %d may have a decimal sign or one between thousands, and "+
		"nothing tells which; use -decimal %s or %s", first.Cell, first.Line, table.ShellWord(name+"=,"),
		table.ShellWord(name+"=."))
}

// category settles what kind of text a column is.
func (c *Column) category(f *format, name string, s shape) {
	f.marks = false
	cells := c.counts[wordCells] + c.counts[leadingZeros] + c.counts[markCells] + c.counts[unitCells]
	different := float64(len(c.Levels)) > 0.9*float64(cells)
	switch {
	case c.isTime():
		f.Kind = OtherTime
	case c.yesNo():
		f.Kind, f.fold = Category, len(c.Levels) > 2
	case c.Many || s.numbers <= s.bad+c.counts[leadingZeros] && cells > 1 && different:
		f.Kind = Identifier
		if rowNames(name) {
			f.Kind = Counter
		}
	default:
		f.Kind = Category
		if n := c.counts[leadingZeros]; n > 0 {
			f.why.Add("%d numbers begin with a zero: codes, not numbers", n)
		}
	}
}

// yesNo reports whether the cells are yes and no, or true and false, however they
// are spelled.
func (c *Column) yesNo() bool {
	words := map[string]bool{}
	for level := range c.Levels {
		words[strings.ToLower(level)] = true
	}
	return len(words) == 2 && (words["yes"] && words["no"] || words["true"] && words["false"])
}

// rowNames reports whether a column's name is that of no column of the data, as R
// and pandas call the names of rows.
func rowNames(name string) bool {
	return slices.Contains([]string{"column_1", "rownames", "row.names", "unnamed: 0"}, strings.ToLower(name))
}

// counterNames are names of columns that only count the rows, where they do.
var counterNames = []string{"id", "index", "idx", "no", "no.", "nr", "nr.", "num", "#", "n", "row", "obs", "rowid",
	"row_id", "lfd. nr.", "lfdnr", "№", "序号"}

// counts reports whether a column only counts the rows: by its name, or as the first one
// if it does so in their order.
func (t *Table) counts(j int) bool {
	name := t.Header[j]
	if name == t.opt.Target || slices.Contains(t.opt.Number, name) || !t.Columns[j].counter() {
		return false
	}
	if rowNames(name) || slices.Contains(counterNames, strings.ToLower(name)) {
		return true
	}
	inOrder := len(t.sample) > 2
	for i := 1; i < len(t.sample); i++ {
		inOrder = inOrder && csv.Number(t.sample[i].cells[j]) == csv.Number(t.sample[i-1].cells[j])+1
	}
	return inOrder && j == 0
}

// settle decides what of a numeric column is missing.
func (c *Column) settle(f *format) {
	rest := c.span(f)
	// Below the others by more than they are apart, or alone below 0.
	for i, v := range sentinels {
		switch n := c.Sentinel[i]; {
		case n == 0 || rest.N == 0:
		case v < rest.Min()-(rest.Max()-rest.Min()), v <= -999 && rest.Min() >= 0:
			f.sentinel[i] = true
			f.why.Add("%d cells of %v, below all others, are missing", n, v)
		case rest.Min() >= 0:
			f.why.Add("%d cells are %v, all others not negative; -missing %v if they are missing",
				n, v, v)
		case n > 1 && v <= -999 && v < rest.Min():
			f.why.Add("%d cells are %v, below all others; -missing %v if they are missing", n, v, v)
		}
	}
	for _, v := range rest.strays() {
		f.why.Add("%d cells are %v, far from all others; -missing %[2]v if they are missing", v.N,
			strconv.FormatFloat(v.Value, 'f', -1, 64))
	}
	c.describe(f)
}

// describe says what of a numeric column is not plain.
func (c *Column) describe(f *format) {
	say := func(n int64, format string, args ...any) {
		if n > 0 {
			f.why.Add(format, args...)
		}
	}
	say(c.counts[negativeCells], "%d cells in parentheses or with a minus elsewhere than in front are negative",
		c.counts[negativeCells])
	for _, spelled := range slices.Sorted(maps.Keys(c.Missing)) {
		say(c.Missing[spelled], "%d cells of %q are missing", c.Missing[spelled], spelled)
	}
	out := c.counts[thinGroups] + c.counts[grouped]
	if f.comma {
		say(c.numbers[comma].N, "the decimal sign is a comma")
		out += c.counts[eitherPoint]
	}
	say(out, "signs between thousands were taken out")
	say(c.Units[f.unit], "the unit %q was taken off %d cells", f.unit, c.Units[f.unit])
}

// ofThings are words that make a year one of a thing, not of a row.
var ofThings = []string{"model", "built", "build", "birth", "born", "release", "released", "founded", "made", "remodel",
	"renovated", "construction"}

// wordsOf are the words of a column's name.
func wordsOf(name string) []string {
	return strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) })
}

// says reports whether a column's name has one of the words.
func says(name string, words []string) bool {
	return slices.ContainsFunc(wordsOf(name), func(w string) bool { return slices.Contains(words, w) })
}

// timeWords are those of a name that say that a column's numbers may be times.
var timeWords = []string{"year", "years", "yr", "date", "datetime", "time", "timestamp", "when", "epoch", "ts", "jahr",
	"datum", "zeit", "anno", "année", "fecha", "unixtime", "yearmonth", "yyyymm", "yyyymmdd", "period", "дата", "время", "czas",
	"heure", "hora", "日期", "时间", "日付", "日時", "날짜"}

// timely reports whether a column's name says that its numbers may be times.
func timely(name string) bool { return says(name, timeWords) && !says(name, ofThings) }
