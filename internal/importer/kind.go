package importer

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
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

// LeftOut are the kinds of columns that are left out, and why, in words.
var LeftOut = []struct {
	Kind
	Why string
}{
	{Dropped, "named by -drop"}, {Empty, "every cell is missing"}, {Identifier, "identifiers, nearly all different"},
	{Counter, "only count or name the rows"}, {OtherTime, "times, but not the time column"},
}

// mostBad is the part of a numeric column's cells that may not be numbers.
const mostBad = 0.05

// format is how the cells of a column are read.
type format struct {
	Kind
	comma    bool // the decimal sign is a comma
	percent  bool // every number has the sign
	currency rune // that is taken off; 0 for none
	marks    bool // cells that are marks are missing
	sentinel [len(sentinels)]bool
	plain    bool // a plain number stays as it is, whatever it is
	fold     bool // yes and Yes are one level
	why      []string
}

// shape is how many cells of a column are numbers, in all sources together, and how
// many something else; doubt is what keeps its decimal sign from being known.
type shape struct {
	numbers, bad int64
	doubt        error
}

// shape says how the column's cells are read if they are numbers, and what of them
// are. others are all columns of the source, which may tell the decimal sign.
func (c *Column) shape(others []*Column, delimiter byte, opt *Options) (f format, s shape) {
	f.comma, s.doubt = c.decimalComma(others, delimiter, opt)
	s.numbers, s.bad = c.numbers(&f)
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
		s.bad += c.marked()
	}
	total := s.numbers + s.bad
	few := s.numbers > 0 && float64(s.bad) <= mostBad*float64(total)
	first := c.FirstText
	if first.Line == 0 {
		first = c.FirstOdd
	}
	switch {
	case few && (forced || !c.codes()), forced && name != opt.Target && s.numbers > 0:
		f.Kind = Number
		if s.doubt != nil {
			return fmt.Errorf("column %q: %w", name, s.doubt)
		}
	case name == opt.Target && total == 0:
		return fmt.Errorf("the target column %q is empty; -target '' reads rows without one", name)
	case name == opt.Target:
		return fmt.Errorf("the target column %q is not numeric: %d of its %d cells are not numbers, the first %q in line "+
			"%d; -missing names cells that mean a missing one", name, s.bad, total, first.Cell, first.Line)
	case forced:
		return fmt.Errorf("column %q, named by -number, holds no number", name)
	case total == 0 && c.marked() == 0:
		f.Kind = Empty
	default:
		c.category(f, name, s, first)
	}
	return nil
}

// codes reports whether the numbers are names: begin with zeros, all as long as each
// other, or most of them.
func (c *Column) codes() bool {
	return c.Zeros > 0 && c.Point.N+c.Comma.N == 0 && (c.Width.Least == c.Width.Most || 2*c.Zeros > c.Whole.N)
}

// numbers returns how many cells are numbers with the format's decimal sign, with
// one sign of currency at the most and either all or none of them per cent, and how
// many cells are something else, but for marks.
func (c *Column) numbers(f *format) (numbers, bad int64) {
	either := c.EitherPoint + c.EitherComma
	numbers, bad = c.Whole.N+c.Point.N, c.Text+c.Comma.N-either
	if f.comma {
		numbers, bad = c.Whole.N+c.Comma.N, c.Text+c.Point.N-either
	}
	for _, n := range c.Sentinel {
		numbers += n
	}
	if f.percent = 2*c.Percent > numbers; f.percent {
		numbers, bad = c.Percent, bad+numbers-c.Percent
	} else {
		numbers, bad = numbers-c.Percent, bad+c.Percent
	}
	for sign, n := range c.Currency {
		if most := c.Currency[f.currency]; n > most || n == most && sign < f.currency {
			f.currency = sign
		}
	}
	for sign, n := range c.Currency {
		if sign != f.currency {
			numbers, bad = numbers-n, bad+n
		}
	}
	return numbers, bad
}

// decimalComma finds the decimal sign: that which more of the cells prove; else a
// point, unless the other columns prove a comma alone or all that is left are
// commas, which are thousands if others prove a point. What may be either is an
// error.
func (c *Column) decimalComma(others []*Column, delimiter byte, opt *Options) (bool, error) {
	if opt.Decimal != "" {
		return opt.Decimal == ",", nil
	}
	proof := func(c *Column) (point, comma int64) {
		either := c.EitherPoint + c.EitherComma
		return c.Point.N - either, c.Comma.N - either
	}
	point, comma := proof(c)
	if point != comma || c.EitherPoint+c.EitherComma == 0 {
		return comma > point, nil
	}
	for _, o := range others {
		p, q := proof(o)
		if o.Text <= p+q+o.Whole.N { // of the same kind
			point, comma = point+p, comma+q
		}
	}
	// Where cells end in semicolons, a comma may be the decimal sign, and points that
	// no number tells from those between thousands are doubtful.
	doubtful := delimiter == ';' && point == 0 && c.Whole.Max() < 1000
	switch {
	case comma == 0 && point > 0, c.EitherComma == 0 && comma == 0 && !doubtful:
		return false, nil
	case point == 0 && comma > 0 && (c.EitherPoint == 0 || delimiter != ','):
		return true, nil
	}
	return false, fmt.Errorf("numbers such as %q in line %d may have a decimal sign or one between thousands, and "+
		"nothing tells which; use -decimal ',' or -decimal '.'", c.FirstEither.Cell, c.FirstEither.Line)
}

// explain settles what of a numeric column is missing, and says what was not plain.
func (c *Column) explain(f *format) {
	rest := c.span(f)
	// Below the others by more than they are apart, or alone below 0.
	for i, v := range sentinels {
		switch n := c.Sentinel[i]; {
		case n == 0 || rest.N == 0:
		case v < rest.Min()-(rest.Max()-rest.Min()), v <= -999 && rest.Min() >= 0:
			f.sentinel[i] = true
			f.why = append(f.why, fmt.Sprintf("%d cells of %v, below all others, are missing", n, v))
		case rest.Min() >= 0:
			f.why = append(f.why, fmt.Sprintf("%d cells are %v, all others not negative; -missing %v if they are missing",
				n, v, v))
		case n > 1 && v <= -999 && v < rest.Min():
			f.why = append(f.why, fmt.Sprintf("%d cells are %v, below all others; -missing %v if they are missing", n, v, v))
		}
	}
	for _, v := range rest.strays() {
		f.why = append(f.why, fmt.Sprintf("%d cells are %v, far from all others; -missing %[2]v if they are missing", v.N,
			strconv.FormatFloat(v.Value, 'f', -1, 64)))
	}
	if c.Negative > 0 {
		f.why = append(f.why, fmt.Sprintf("%d cells in parentheses are negative", c.Negative))
	}
	for i, n := range c.Marks {
		if n > 0 {
			f.why = append(f.why, fmt.Sprintf("%d cells of %q are missing", n, marks[i]))
		}
	}
	for i, n := range c.Missing[1:] {
		if n > 0 {
			f.why = append(f.why, fmt.Sprintf("%d cells of %q are missing", n, missing[i+1]))
		}
	}
	switch {
	case f.comma && c.Comma.N > 0:
		f.why = append(f.why, "the decimal sign is a comma")
	case !f.comma && c.Grouped > 0 || f.comma && c.EitherPoint > 0:
		f.why = append(f.why, "signs between thousands were taken out")
	}
	if f.percent {
		f.why = append(f.why, "the sign % was taken off")
	}
	if f.currency != 0 {
		f.why = append(f.why, fmt.Sprintf("the sign %c was taken off %d cells", f.currency, c.Currency[f.currency]))
	}
}

// category settles what kind of text a column is.
func (c *Column) category(f *format, name string, s shape, first example) {
	f.marks = false
	cells := c.Text + c.Zeros + c.marked()
	switch {
	case c.isTime():
		f.Kind = OtherTime
	case c.yesNo():
		f.Kind, f.fold = Category, len(c.Levels) > 2
	case c.Many || s.numbers <= s.bad+c.Zeros && cells > 1 && float64(len(c.Levels)) > 0.9*float64(cells):
		f.Kind = Identifier
		if rowNames(name) {
			f.Kind = Counter
		}
	default:
		f.Kind = Category
		switch {
		case c.Zeros > 0:
			f.why = append(f.why, fmt.Sprintf("%d numbers begin with a zero: codes, not numbers", c.Zeros))
		case s.numbers > 0:
			f.why = append(f.why, fmt.Sprintf("%d of %d cells are not numbers, the first %q in line %d; -missing names cells "+
				"that mean a missing one", s.bad, s.numbers+s.bad, first.Cell, first.Line))
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
	return slices.Contains([]string{"column_1", "rownames", "row.names", "Unnamed: 0"}, name)
}

// ofThings are words that make a year one of a thing, not of a row.
var ofThings = []string{"model", "built", "build", "birth", "born", "release", "released", "founded", "made", "remodel",
	"renovated", "construction"}

// ofThing reports whether a column's name is that of something's time.
func ofThing(name string) bool {
	return slices.ContainsFunc(wordsOf(name), func(w string) bool { return slices.Contains(ofThings, w) })
}

func wordsOf(name string) []string {
	return strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) })
}

// timely reports whether a column's name says that its numbers may be times.
func timely(name string) bool {
	if ofThing(name) {
		return false
	}
	for _, w := range wordsOf(name) {
		switch w {
		case "year", "years", "yr", "date", "datetime", "time", "timestamp", "when", "epoch", "ts", "jahr", "datum", "zeit",
			"anno", "année", "fecha", "unixtime", "yearmonth", "yyyymm", "yyyymmdd", "period":
			return true
		}
	}
	return false
}

// span is that of the numbers with the format's decimal sign.
func (c *Column) span(f *format) span {
	all := c.Whole
	if f.comma {
		all.merge(c.Comma)
	} else {
		all.merge(c.Point)
	}
	return all
}
