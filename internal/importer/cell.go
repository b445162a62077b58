package importer

import (
	"bytes"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"mlpipeline/internal/csv"
)

// number is what a cell says if it is a number.
type number struct {
	// point and comma are its value if the decimal sign is that one and the other
	// groups thousands; NaN if it cannot be read so.
	point, comma float64
	digits       []byte // with its sign, as they are written
	unit         string // before or after them
	plain        bool   // digits, point, exponent: it can stay as it is
	whole        bool   // digits and sign alone, perhaps with blanks or apostrophes between thousands
	thin         bool   // there are such
	zeros        bool   // whole, and begins with a 0 that says nothing
	width        int    // digits of a whole one
	negative     bool   // by parentheses, or a minus elsewhere than before the digits
}

// marks are cells that are missing in columns that are else numbers; excelError is what
// Excel writes, in any language.
var (
	marks      = []string{"?", "-", "--", "---", "None", "M", ".", "..", "*", "***", "****", ":", `\N`, "(null)", "<NA>"}
	excelError = regexp.MustCompile(`^#([¡¿]?[\p{Lu}/0-9_]+[!?]|N/A|NV|N/D|Н/Д|Brak!|BRAK|N/V)$`)
)

// sentinels are numbers that stand for a missing one where they are far below all
// others, the larger ones also where no other is negative.
var sentinels = [...]float64{-99, -99.9, -99.99, -999, -999.9, -999.99, -9999, -9999.9, -9999.99, -99999}

// isMissing reports whether a cell is missing in any column.
func isMissing[T string | []byte](cell T) bool {
	return csv.Missing(cell) || len(cell) == len("N/A") && strings.EqualFold(string(cell), "N/A")
}

// isMark reports whether a cell is missing in a column of numbers.
func isMark(cell []byte) bool {
	return len(cell) <= 16 && (slices.Contains(marks, string(cell)) || cell[0] == '#' && excelError.Match(cell))
}

// meaning is what a cell is, whatever its column.
type meaning int

const (
	gap   meaning = iota // missing
	named                // missing by -missing
	value                // a number
	mark                 // missing in a column of numbers
	word                 // anything else
)

// reader tells what cells mean.
type reader struct {
	named   map[string]bool // cells that -missing names
	numbers []float64       // and numbers
}

func newReader(opt *Options) reader {
	r := reader{named: map[string]bool{}}
	for _, m := range opt.Missing {
		r.named[m] = true
		if v, err := csv.ParseNumber([]byte(m)); err == nil {
			r.numbers = append(r.numbers, v)
		}
	}
	return r
}

// read says what a trimmed cell means.
func (r *reader) read(cell []byte) (n number, m meaning) {
	switch {
	case isMissing(cell):
		return n, gap
	case r.named[string(cell)]:
		return n, named
	}
	n, ok := readNumber(cell)
	switch {
	case ok && (slices.Contains(r.numbers, n.point) || n.point != n.point && slices.Contains(r.numbers, n.comma)):
		return n, named
	case ok:
		return n, value
	case isMark(cell):
		return n, mark
	}
	return n, word
}

// readNumber reads a trimmed cell as a number, with a unit perhaps.
func readNumber(cell []byte) (n number, ok bool) {
	n.digits = cell
	if len(cell) > 0 && !(isDigit(cell[0]) && isDigit(cell[len(cell)-1])) && !n.cutUnit(cell) {
		return n, false
	}
	n.plain = len(n.digits) == len(cell)
	digits := joinGroups(n.digits)
	n.thin = len(digits) < len(n.digits)
	n.digits, n.whole = digits, true
	commas, points := 0, 0
	for i, c := range digits {
		switch {
		case c >= '0' && c <= '9':
		case c == '.':
			points++
			n.whole = false
		case c == ',':
			commas++
			n.whole = false
		case (c == '-' || c == '+') && i == 0:
		case c == 'e' || c == 'E', (c == '-' || c == '+') && (digits[i-1] == 'e' || digits[i-1] == 'E'):
			n.whole = false
		default:
			return n, false
		}
	}
	n.plain = n.plain && !n.thin && commas == 0 && points <= 1
	unsigned := bytes.TrimLeft(digits, "+-")
	n.width, n.zeros = len(unsigned), n.whole && len(unsigned) > 1 && unsigned[0] == '0'
	n.point, n.comma = math.NaN(), math.NaN()
	if commas == 0 && points <= 1 {
		n.point = csv.Number(digits)
	} else {
		n.point = csv.Number(ungroup(digits, ',', '.'))
	}
	switch {
	case n.whole:
		n.comma = n.point
	case points == 0 && commas == 1 && len(unsigned) == len("0039,5") && unsigned[0] == '0' && unsigned[4] == ',':
		// tenths of a degree and a flag, in the global hourly data of NOAA
	case points == 0 && commas == 1:
		n.comma = csv.Number(bytes.Replace(digits, []byte(","), []byte("."), 1))
	case points > 0 || commas > 0:
		n.comma = csv.Number(ungroup(digits, '.', ','))
	}
	if n.negative {
		n.point, n.comma = -n.point, -n.comma
	}
	return n, n.point == n.point || n.comma == n.comma
}

var (
	// unitForm is a word or sign that numbers may have, with a letter or a sign of its own.
	unitForm = regexp.MustCompile(`^[\p{L}\p{Sc}%‰°µ²³/.·]{1,10}$`)
	unitSign = regexp.MustCompile(`[\p{L}\p{Sc}%‰°µ]`)
	// currency are the units that whole numbers may have before them, too.
	currency = regexp.MustCompile(`^([A-Z]{0,3}\p{Sc}|EUR|USD|CHF|GBP|JPY|CNY|PLN|CZK|RUB|INR|SEK|NOK|DKK|AUD|CAD|HUF|` +
		`RON|TRY|BRL|ZAR|KRW|MXN|NZD|SGD|HKD|UAH|BGN|ILS|THB|(?i:kr|rs|fr|zł|kč|lei|rp|rm)\.?|R|S/\.?)$`)
	noUnit = []string{"a.m.", "p.m.", "am", "pm", "a", "p", "uhr", "utc", "gmt", "z"} // but times
)

// cutUnit finds the digits in a cell, and what is around them: a sign, parentheses as
// book-keepers write them, Excel's apostrophe before text, and a unit.
func (n *number) cutUnit(cell []byte) bool {
	from, to := 0, len(cell)
	for from < to && !isDigit(cell[from]) {
		from++
	}
	for to > from && !isDigit(cell[to-1]) {
		to--
	}
	if from == to || len(cell) > 60 {
		return false
	}
	for i := from; i < to; i++ { // most texts with digits are none, times above all
		c := cell[i] | 0x20
		isLetter := c >= 'a' && c <= 'z' && c != 'e'
		if isLetter || cell[i] == ':' || cell[i] == '/' || cell[i] == '-' && cell[i-1]|0x20 != 'e' {
			return false
		}
	}
	for from > 0 && (cell[from-1] == '+' || cell[from-1] == '-' || cell[from-1] == '.' || cell[from-1] == ',') {
		from--
	}
	if to < len(cell) && cell[to] == '.' { // 5.
		to++
	}
	before, behind := string(cell[:from]), string(cell[to:])
	n.digits = cell[from:to]
	glued := before != "" && !strings.HasSuffix(before, " ") // to the digits
	before, behind = strings.TrimPrefix(before, "'"), strings.TrimSpace(behind)
	if opened, closed := strings.Contains(before, "("), strings.HasSuffix(behind, ")"); opened || closed {
		if n.negative = opened && closed && isDigit(n.digits[0]); !n.negative {
			return false
		}
		before, behind = strings.Replace(before, "(", "", 1), strings.TrimSuffix(behind, ")")
	}
	for _, minus := range []string{"-", "−"} {
		rest, isBefore := strings.CutPrefix(strings.TrimSpace(before), minus)
		trailing, isBehind := strings.CutPrefix(behind, minus)
		if isBefore || isBehind {
			if n.negative || isBefore && isBehind || !isDigit(n.digits[0]) && n.digits[0] != '.' {
				return false
			}
			n.negative, before, behind = true, rest, trailing
		}
	}
	before, behind = strings.TrimSpace(before), strings.TrimSpace(behind)
	n.unit = before + behind
	switch {
	case n.unit == "":
		return true
	case before != "" && behind != "", behind != "" && n.digits[len(n.digits)-1] == '.', // 1. item
		!unitForm.MatchString(n.unit), !unitSign.MatchString(n.unit),
		slices.Contains(noUnit, strings.ToLower(n.unit)):
		return false
	case before != "":
		return currency.MatchString(before) && !(glued && isLetters(before)) ||
			!glued && bytes.ContainsAny(n.digits, ".,") && before != "NA"
	}
	return true
}

func isLetters(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return !unicode.IsLetter(r) }) < 0
}

var inGroups = regexp.MustCompile(`^[+-]?[1-9][0-9]{0,2}([ \x{a0}\x{2009}\x{202f}'’][0-9]{3})+([.,][0-9]*)?$`)

// joinGroups takes blanks and apostrophes out from between thousands.
func joinGroups(digits []byte) []byte {
	odd := func(r rune) bool { return r == ' ' || r == '\'' || r >= utf8.RuneSelf }
	if len(digits) > 60 || bytes.IndexFunc(digits, odd) < 0 || len(digits) < 5 || !inGroups.Match(digits) {
		return digits
	}
	return bytes.Map(func(r rune) rune {
		if odd(r) {
			return -1
		}
		return r
	}, digits)
}

// ungroup writes digits with the given signs as a plain decimal, nil if the groups
// are not of three digits after one to three, or as in India of two but for the last.
func ungroup(digits []byte, group, decimal byte) []byte {
	whole, rest, fraction := bytes.Cut(digits, []byte{decimal})
	if i := bytes.IndexByte(whole, group); i >= 0 && len(whole)-1-bytes.LastIndexByte(whole, group) != 3 {
		return nil // as most are
	}
	groups := bytes.Split(bytes.TrimLeft(whole, "+-"), []byte{group})
	last := len(groups) - 1
	middle := 3
	if last > 1 && len(groups[1]) == 2 {
		middle = 2
	}
	for i, g := range groups {
		right := len(g) == 3 // the last of several
		switch {
		case last == 0:
			right = len(g) > 0
		case i == 0:
			right = len(g) > 0 && len(g) <= middle && g[0] != '0'
		case i < last:
			right = len(g) == middle
		}
		if !right || bytes.ContainsAny(g, "eE") {
			return nil
		}
	}
	plain := bytes.ReplaceAll(whole, []byte{group}, nil)
	if fraction {
		plain = append(append(plain, '.'), rest...)
	}
	return plain
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// append writes a number with its decimal sign, as a plain decimal.
func (n *number) append(dst []byte, comma bool) []byte {
	if n.negative {
		dst = append(dst, '-')
	}
	group, decimal := byte(','), byte('.')
	if comma {
		group, decimal = decimal, group
	}
	for _, d := range n.digits {
		switch {
		case d == decimal:
			dst = append(dst, '.')
		case d != group:
			dst = append(dst, d)
		}
	}
	return dst
}

// bareNumber reports whether a cell is digits, with a sign or a point perhaps.
func bareNumber(cell []byte) bool {
	return len(bytes.TrimLeft(cell, "+-.0123456789")) == 0
}
