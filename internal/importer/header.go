package importer

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
)

// findHeader sets the header, and returns the index of the first row.
func (d *Dialect) findHeader(records []record, opt *Options) (first int) {
	k, _ := usual(records)
	at := 0 // of the header's first line
	if opt.Skip == 0 {
		for len(records[at].cells) != k {
			at++
		}
	}
	short := at > 0 && len(records[at-1].cells) == k-1 && d.named(opt) && isData(records[at:])
	ends := short && ended(records[at:], k)
	rowNames := short && !ends && nameRows(records[at-1].cells[0], records[at:])
	if !ends && !rowNames && at > 0 && records[at-1].names(opt.Target) && !records[at].names(opt.Target) {
		at-- // the rows are not as long as their header, as the reader will say
	}
	n := d.headerRows(records[at:], opt)
	first = at + n
	d.names = n > 0
	switch {
	case ends: // a delimiter ends every row, but not the header
		at, first, d.names = at-1, at, true
		d.Header = append(d.join(records[at:at+1]), "")
	case rowNames: // as R writes the names of rows
		d.notes = append(d.notes, "rows have one cell more than the header: the first is taken for the name of the row")
		at, first, d.names = at-1, at, true
		d.Header = append([]string{""}, records[at].cells...)
	case n == 0:
		d.Header = make([]string, k)
	case ofLogger(records[at:]) && n > 2 || n > 1 && isUnits(records[first-1].cells):
		names := first - 1
		if ofLogger(records[at:]) {
			names--
		}
		for _, r := range records[names:first] {
			d.notes = append(d.notes, fmt.Sprintf("line %d holds units and is no row", opt.Skip+r.line))
		}
		d.Header = d.join(records[at:names])
	default:
		d.Header = d.join(records[at:first])
	}
	if d.names {
		d.Header[0] = strings.TrimSpace(strings.TrimPrefix(strings.TrimLeft(d.Header[0], "\ufeff"), "#"))
	}
	if line := records[at].line; line > 1 {
		d.notes = append(d.notes, fmt.Sprintf("%d lines before the header were skipped", line-1))
		d.Skip = opt.Skip + line - 1
	}
	d.nameColumns()
	return first
}

// named reports whether the header may be in the source.
func (d *Dialect) named(opt *Options) bool { return opt.Header == nil || *opt.Header }

// nameRows reports whether the first cells may be the names of rows, which the header
// does not name.
func nameRows(name string, records []record) bool {
	seen := map[string]bool{}
	for _, r := range records {
		cell, next := r.cells[0], r.cells[min(1, len(r.cells)-1)]
		whole, _, decimal := strings.Cut(cell, ".")
		isTime := looksTimed.MatchString(cell) && (!isNumber(cell) || !looksTimed.MatchString(next) || isNumber(next))
		switch {
		case seen[cell] && cell != "":
			return false // names are all different
		case isNumber(cell) && (strings.ContainsAny(cell, ",-") || decimal && !seen[whole]):
			return false // a measurement; R's 2.1 is a second 2
		case timely(name) && isTime:
			return false // what the first name says
		}
		seen[cell] = true
	}
	return true
}

// ended reports whether the last of k cells is empty in all records that have it.
func ended(records []record, k int) bool {
	return !slices.ContainsFunc(records, func(r record) bool { return len(r.cells) == k && r.cells[k-1] != "" })
}

// typedColumns returns the columns that hold numbers or times in most records but
// the first few.
func typedColumns(records []record) (typed []int) {
	rows := records[min(len(records)-1, max(1, min(5, len(records)/2))):]
	for j := range records[0].cells {
		n, all := 0, 0
		for _, r := range rows {
			if j < len(r.cells) && !isGap(r.cells[j]) {
				all++
				if isTyped(r.cells[j]) {
					n++
				}
			}
		}
		if all > 0 && float64(n) >= 0.8*float64(all) {
			typed = append(typed, j)
		}
	}
	return typed
}

// typedIn counts the columns in which a record holds a number or a time, a mark for
// a missing one, and some other word.
func (r *record) typedIn(columns []int) (is, gaps, words int) {
	for _, j := range columns {
		switch {
		case j >= len(r.cells) || r.cells[j] == "":
		case isGap(r.cells[j]):
			gaps++
		case isTyped(r.cells[j]):
			is++
		default:
			words++
		}
	}
	return is, gaps, words
}

// names reports whether the record has the name of a column.
func (r *record) names(column string) bool { return column != "" && slices.Contains(r.cells, column) }

// isData reports whether the first record is like those behind it.
func isData(records []record) bool {
	is, _, words := records[0].typedIn(typedColumns(records))
	return is > 0 && words == 0
}

// headerRows returns how many of the records, from the first one on, are the
// header: those that hold words where the rows hold numbers or times. Where rows
// are all words, or the first line names the target, it is one.
func (d *Dialect) headerRows(records []record, opt *Options) int {
	if !d.named(opt) {
		return 0
	}
	if ofLogger(records) {
		return 3
	}
	typed := typedColumns(records)
	target := records[0].names(opt.Target)
	if isData(records) && opt.Header == nil && !target {
		if !rising(records, typed) {
			return 0
		}
		d.notes = append(d.notes, fmt.Sprintf("line %d is taken for the header, because its numbers rise; -header=false if "+
			"it is a row", opt.Skip+records[0].line))
	}
	const most = 5
	n := 1
	for ; n < min(most, len(records)-1); n++ {
		is, gaps, words := records[n].typedIn(typed)
		if is+gaps > 0 || 2*words < len(typed) || words == 0 || target && !isUnits(records[n].cells) {
			break
		}
	}
	return n
}

// ofLogger reports whether below the names there are two lines, of units and of what
// was recorded of each, as Campbell's loggers (TOA5) write them.
func ofLogger(records []record) bool { return len(records) > 3 && records[1].cells[0] == "TS" }

// rising reports whether the numbers of the first record rise from column to column,
// as years, ages or wavelengths at the head of a table do, and those of the second
// do not. Two are enough if they are years, three if they are whole.
func rising(records []record, typed []int) bool {
	rises := func(r record) bool {
		before, years, whole := math.Inf(-1), true, true
		for _, j := range typed {
			if j >= len(r.cells) {
				return false
			}
			v := parse([]byte(strings.TrimSuffix(r.cells[j], "%")))
			if !(v > before && v >= 0) {
				return false
			}
			whole = whole && v == math.Trunc(v)
			years = years && whole && v >= 1800 && v <= 2200
			before = v
		}
		return len(typed) > 4 || len(typed) > 2 && whole || len(typed) == 2 && years
	}
	return len(records) > 1 && rises(records[0]) && !rises(records[1])
}

// join makes one name of the lines of the header, where it has several. A name in
// an upper line goes for the empty cells to its right, too.
func (d *Dialect) join(lines []record) []string {
	names := make([]string, len(lines[0].cells))
	for i, line := range lines {
		before := ""
		for j := range names {
			cell := ""
			if j < len(line.cells) {
				cell = strings.Join(strings.Fields(line.cells[j]), " ")
			}
			if cell == "" && i < len(lines)-1 {
				cell = before
			}
			before = cell
			names[j] = strings.TrimSpace(names[j] + " " + cell)
		}
	}
	if len(lines) > 1 {
		d.notes = append(d.notes, fmt.Sprintf("the header has %d lines; their words were joined", len(lines)))
	}
	return names
}

// nameColumns gives every column a name of its own.
func (d *Dialect) nameColumns() {
	if !d.names {
		d.notes = append(d.notes, fmt.Sprintf("there is no header: the columns are column_1 to column_%d", len(d.Header)))
	}
	seen := make(map[string]bool, len(d.Header))
	var twice []string
	for j, name := range d.Header {
		if name == "" {
			name = fmt.Sprintf("column_%d", j+1)
		}
		unique := name
		for n := 1; seen[unique]; n++ {
			unique = fmt.Sprintf("%s.%d", name, n)
		}
		if unique != name {
			twice = append(twice, fmt.Sprintf("%q is %q", name, unique))
		}
		seen[unique] = true
		d.Header[j] = unique
	}
	if len(twice) > 0 {
		d.notes = append(d.notes, "names that come twice in the header: "+strings.Join(twice, ", "))
	}
}

var (
	unit = regexp.MustCompile(`^(\[.*\]|\(.*\)|[µuμmckMhdnGT]?(m|g|s|l|L|Pa|W|V|A|Hz|J|N|bar|Wh|K|eV|mol)[²³23]?([/·.* ]` +
		`?[µumckMhdn]?(m|g|s|h|l|L|d|yr|min|kg|K)\^?-?[²³123]?)*|°C|°F|°|C|F|degC|degF|degrees?|deg|%|mph|kmh|km/h|min|h|hr` +
		`|hours?|days?|ppm|ppb|ft|in|lb|lbs|inHg|UTC|local|USD|EUR|okta|counts?|-)$`)
	looksTimed = regexp.MustCompile(`^[+-]?\d[\d:./TZ+ -]*$`)
)

// isUnits reports whether the record under a header holds the columns' units, which a
// # may say.
func isUnits(cells []string) bool {
	if strings.HasPrefix(cells[0], "#") {
		return true
	}
	units := 0
	for _, c := range cells {
		switch {
		case unit.MatchString(c):
			units++
		case c != "" && !strings.EqualFold(c, "yyyy-mm-dd"):
			return false
		}
	}
	return units > 0
}

// isGap reports whether a cell stands for a missing one.
func isGap(cell string) bool { return isMissing(cell) || isMark([]byte(cell)) }

// isTyped reports whether a cell is a number or like a time.
func isTyped(cell string) bool { return isNumber(cell) || looksTimed.MatchString(cell) }

func isNumber(cell string) bool {
	_, ok := readNumber([]byte(cell))
	return ok
}
