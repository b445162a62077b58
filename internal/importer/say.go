package importer

import (
	"strconv"
	"strings"
	"unicode"
)

// What there is to be said of a table.

// Missing returns how many cells of column j are missing, as it is read.
func (t *Table) Missing(j int) int64 {
	c, f := t.Columns[j], &t.formats[j]
	n := c.gaps()
	if f.marks {
		n += c.marked()
	}
	for i, far := range f.sentinel {
		if far {
			n += c.Sentinel[i]
		}
	}
	return n
}

// Bounds returns the least and the greatest number of column j, "" where there is
// none.
func (t *Table) Bounds(j int) (low, high string) {
	all := t.Columns[j].span(&t.formats[j])
	for i, n := range t.Columns[j].Sentinel {
		if n > 0 && !t.formats[j].sentinel[i] {
			all.add(sentinels[i], 0)
		}
	}
	if t.formats[j].Kind != Number || all.N == 0 {
		return "", ""
	}
	return strconv.FormatFloat(all.Min(), 'g', 6, 64), strconv.FormatFloat(all.Max(), 'g', 6, 64)
}

// Of returns the columns of a kind.
func (t *Table) Of(kind Kind) (names []string) {
	for j, f := range t.formats {
		if f.Kind == kind {
			names = append(names, t.Header[j])
		}
	}
	return names
}

// TimeName returns the name of the time, "" for none.
func (t *Table) TimeName() string {
	if t.Time == nil {
		return ""
	}
	return t.Time.Name
}

// Layout says how times are written.
func (t *Table) Layout() string {
	if t.Time == nil {
		return "none"
	}
	return t.Time.Layout
}

// DecimalSign returns the decimal sign of the numeric columns, "" where they have
// different ones.
func (t *Table) DecimalSign() string {
	var signs [2]int
	for j, f := range t.formats {
		c := t.Columns[j]
		if f.Kind == Number && c.Point.N+c.Comma.N > 0 {
			if f.comma {
				signs[1]++
			} else {
				signs[0]++
			}
		}
	}
	switch {
	case signs[1] == 0:
		return "."
	case signs[0] == 0:
		return ","
	}
	return ""
}

// Encoding returns what -encoding is to be for a source that is not UTF-8.
func (t *Table) Encoding() string {
	if strings.HasPrefix(t.encoding, "UTF-") { // which is recognised
		return ""
	}
	return t.encoding
}

// HasHeader reports whether the source names its columns.
func (t *Table) HasHeader() bool { return t.names }

// DelimiterName is a delimiter as -delimiter takes it.
func DelimiterName(d byte) string {
	switch d {
	case '\t':
		return "tab"
	case ' ':
		return "blanks"
	}
	return string(rune(d))
}

// MayTellApart returns the written columns that may tell apart rows of one time:
// categories, and whole numbers that are few.
func (t *Table) MayTellApart() map[int]bool {
	apart := map[int]bool{}
	i := 0
	if t.Time != nil {
		i = 1
	}
	for j, f := range t.formats {
		c := t.Columns[j]
		if f.Kind != Number && f.Kind != Category {
			continue
		}
		codes := c.Whole.N > 0 && c.Point.N+c.Comma.N == 0 && c.Whole.Max()-c.Whole.Min() < float64(c.Rows)/2
		part := t.Time != nil && partKind(t.Header[j]) != ""
		if (f.Kind == Category || codes && t.Header[j] != t.opt.Target) && !part {
			apart[i] = true
		}
		i++
	}
	return apart
}

// ShellWord writes a word for the shell.
func ShellWord(word string) string {
	special := func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_-+./:,%=@", r)
	}
	if word != "" && !strings.ContainsFunc(word, special) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
