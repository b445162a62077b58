package importer

import (
	"bytes"
	"math"
	"regexp"
	"strings"
	"unicode/utf8"

	"mlpipeline/internal/csv"
)

// number is what a cell says if it is a number.
type number struct {
	// point and comma are its value if the decimal sign is that one and the other
	// groups thousands; NaN if it cannot be read so.
	point, comma float64
	plain        bool // digits, point, exponent: it can stay as it is
	whole        bool // digits and sign alone, perhaps with blanks or apostrophes between thousands
	zeros        bool // whole, and begins with a 0 that says nothing
	digits       int  // of a whole one
	percent      bool
	negative     bool // in parentheses
	currency     rune // 0 for none
}

// missing spellings in any column, and marks in columns that are else numbers.
var (
	missing = [...]string{"", "NA", "N/A", "NaN", "null"}
	marks   = [...]string{"?", "-", "--", "---", "None", "M", ".", "..", "*", "***", "****", ":", `\N`, "#N/A", "#DIV/0!",
		"#VALUE!", "(null)", "<NA>"}
)

// sentinels are numbers that stand for a missing one where they are far below all
// others, the larger ones also where no other is negative.
var sentinels = [...]float64{-99, -99.9, -99.99, -999, -999.9, -999.99, -9999, -9999.9, -9999.99, -99999}

func isMissing(cell string) bool { return len(cell) < 5 && missingIndex([]byte(cell)) >= 0 }

func missingIndex(cell []byte) int {
	if len(cell) > 4 || len(cell) > 0 && cell[0]|0x20 != 'n' {
		return -1
	}
	for i, m := range missing {
		if len(cell) == len(m) && strings.EqualFold(string(cell), m) {
			return i
		}
	}
	return -1
}

func markIndex(cell []byte) int {
	if len(cell) > 7 {
		return -1
	}
	for i, m := range marks {
		if string(cell) == m {
			return i
		}
	}
	return -1
}

// readCell reads a trimmed cell as a number, with a sign of currency or per cent.
func readCell(cell []byte) (n number, ok bool) {
	digits := cell
	if len(cell) > 0 && !(isDigit(cell[0]) && isDigit(cell[len(cell)-1])) {
		if digits = n.stripUnits(cell); len(digits) == 0 {
			return n, false
		}
	}
	grouped := len(digits)
	digits = joinGroups(digits)
	n.plain, n.whole = grouped == len(digits), true
	commas, points := 0, 0
	for i, c := range digits {
		switch {
		case c >= '0' && c <= '9':
		case c == '.':
			points++
			n.whole = false
		case c == ',':
			commas++
			n.plain, n.whole = false, false
		case (c == '-' || c == '+') && i == 0:
		case c == 'e' || c == 'E', (c == '-' || c == '+') && (digits[i-1] == 'e' || digits[i-1] == 'E'):
			n.whole = false
		default:
			return n, false
		}
	}
	unsigned := bytes.TrimLeft(digits, "+-")
	n.digits, n.zeros = len(unsigned), n.whole && len(unsigned) > 1 && unsigned[0] == '0'
	n.point, n.comma = math.NaN(), math.NaN()
	if commas == 0 && points <= 1 {
		n.point = parse(digits)
	} else {
		n.point = parse(ungroup(digits, ',', '.'))
	}
	switch {
	case n.whole:
		n.comma = n.point
	case points == 0 && commas == 1 && len(unsigned) == len("0039,5") && unsigned[0] == '0' && unsigned[4] == ',':
		// tenths of a degree and a flag, in the global hourly data of NOAA
	case points == 0 && commas == 1:
		n.comma = parse(bytes.Replace(digits, []byte(","), []byte("."), 1))
	case points > 0:
		n.comma = parse(ungroup(digits, '.', ','))
	}
	n.plain = n.plain && points <= 1 && len(digits) == len(cell)
	return n, n.point == n.point || n.comma == n.comma
}

var inGroups = regexp.MustCompile(`^[+-]?[1-9][0-9]{0,2}([ \x{a0}\x{2009}\x{202f}'’][0-9]{3})+([.,][0-9]*)?$`)

// joinGroups takes blanks and apostrophes out from between thousands.
func joinGroups(digits []byte) []byte {
	odd := func(r rune) bool { return r == ' ' || r == '\'' || r >= utf8.RuneSelf }
	if len(digits) > 60 || bytes.IndexFunc(digits, odd) < 0 || !inGroups.Match(digits) {
		return digits
	}
	return bytes.Map(func(r rune) rune {
		if odd(r) {
			return -1
		}
		return r
	}, digits)
}

// stripUnits returns a number's digits and sign.
func (n *number) stripUnits(cell []byte) []byte {
	negative := false
	if len(cell) > 2 && cell[0] == '(' && cell[len(cell)-1] == ')' { // as book-keepers write it
		cell, negative, n.negative = bytes.TrimSpace(cell[1:len(cell)-1]), true, true
	}
	if rest, ok := bytes.CutPrefix(cell, []byte("−")); ok {
		cell, negative = rest, true
	}
	if rest, ok := bytes.CutPrefix(cell, []byte("-")); ok && len(rest) > 0 && !isDigit(rest[0]) && rest[0] != '.' {
		cell, negative = rest, true
	}
	if rest, ok := bytes.CutSuffix(cell, []byte("%")); ok {
		cell, n.percent = bytes.TrimSpace(rest), true
	}
	for _, sign := range []string{"$", "€", "£", "¥"} {
		rest, before := bytes.CutPrefix(cell, []byte(sign))
		if !before {
			rest, before = bytes.CutSuffix(cell, []byte(sign))
		}
		if before && !n.percent {
			cell, n.currency = bytes.TrimSpace(rest), []rune(sign)[0]
			break
		}
	}
	if negative {
		if len(cell) == 0 || cell[0] < '0' || cell[0] > '9' {
			return nil
		}
		return append([]byte{'-'}, cell...)
	}
	return cell
}

// ungroup writes digits with the given signs as a plain decimal, nil if the groups
// are not of three digits behind one to three.
func ungroup(digits []byte, group, decimal byte) []byte {
	whole, rest, fraction := bytes.Cut(digits, []byte{decimal})
	parts := bytes.Split(bytes.TrimLeft(whole, "+-"), []byte{group})
	for i, p := range parts {
		if i > 0 && len(p) != 3 || i == 0 && (len(p) == 0 || len(p) > 3 || p[0] == '0') && len(parts) > 1 ||
			bytes.ContainsAny(p, "eE") {
			return nil
		}
	}
	plain := bytes.ReplaceAll(whole, []byte{group}, nil)
	if fraction {
		plain = append(append(plain, '.'), rest...)
	}
	return plain
}

// parse returns NaN for what is not a finite number.
func parse(digits []byte) float64 {
	if len(digits) == 0 {
		return math.NaN()
	}
	v, err := csv.ParseNumber(digits)
	if err != nil {
		return math.NaN()
	}
	return v
}
