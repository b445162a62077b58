package importer

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"mlpipeline/internal/origin"
	"mlpipeline/internal/table"
)

// What there is to be said of a table.

// Missing returns how many cells of column j are missing, as it is read.
func (t *Table) Missing(j int) int64 {
	c, f := t.Columns[j], &t.formats[j]
	n := c.gaps()
	if f.Kind == Number {
		n += c.counts[markCells] + f.bad
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

// Said is all that is to be said of how the table is read.
func (t *Table) Said() (said origin.Notes) {
	said.Add("read as: delimiter %q, decimal %q, time %s", DelimiterName(t.Delimiter), t.DecimalSign(), t.Layout())
	said = append(said, t.Notes...)
	for j, name := range t.Header {
		for _, why := range t.formats[j].why {
			said.Add("column %q: %s", name, why)
		}
	}
	for _, out := range leftOut {
		var names []string
		for j, name := range t.Header {
			if t.formats[j].Kind == out.Kind {
				names = append(names, name)
			}
		}
		if len(names) > 0 {
			said.Add("left out, %s: %s%s", out.why, table.Quote(names), out.way)
		}
	}
	return said
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
	return t.Time.layout.Name
}

// DecimalSigns returns the decimal sign of every numeric column that has one.
func (t *Table) DecimalSigns() map[string]string {
	signs := map[string]string{}
	for j, name := range t.Header {
		c := t.Columns[j]
		if t.formats[j].Kind != Number || c.numbers[point].N+c.numbers[comma].N == 0 {
			continue
		}
		if signs[name] = "."; t.formats[j].comma {
			signs[name] = ","
		}
	}
	return signs
}

// DecimalSign returns the decimal sign of the numeric columns, "" where they have
// different ones.
func (t *Table) DecimalSign() string {
	switch all := slices.Compact(slices.Sorted(maps.Values(t.DecimalSigns()))); len(all) {
	case 0:
		return "."
	case 1:
		return all[0]
	}
	return ""
}

// Encoding returns what -encoding is to be for a source that is not UTF-8.
func (t *Table) Encoding() string {
	if strings.HasPrefix(t.Text.Encoding, "UTF-") { // which is recognised
		return ""
	}
	return t.Text.Encoding
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
		all := &c.numbers[whole]
		codes := all.N > 0 && c.numbers[point].N+c.numbers[comma].N == 0 && all.Max()-all.Min() < float64(c.Rows)/2
		part := t.Time != nil && partKind(t.Header[j]) != ""
		if (f.Kind == Category || codes && t.Header[j] != t.opt.Target) && !part {
			apart[i] = true
		}
		i++
	}
	return apart
}
