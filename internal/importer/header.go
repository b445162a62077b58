package importer

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"mlpipeline/internal/csv"
	"mlpipeline/internal/dataset"
)

// findHeader sets the header, and returns the index of the first row. Rows have the usual
// number of cells; those before the first are above the header, or the header itself.
func (d *Dialect) findHeader(records []record, opt *Options) (first int) {
	k, _ := usual(records)
	at := d.headerLine(records, k, opt)
	n, units := 0, 0 // lines of names, and of units
	if d.names = opt.Header == nil || *opt.Header; d.names {
		n, units = headerLines(records[at:], opt)
	}
	first = at + n + units
	if d.names = n > 0; d.names {
		d.Header = d.join(records[at : at+n])
	} else {
		d.Header = make([]string, k)
	}
	rows := records[first:]
	cells := func(j int) func(record) bool {
		return func(r record) bool { return j < len(r.cells) && r.cells[j] != "" }
	}
	for last := len(d.Header) - 1; last > 0 && d.Header[last] == "" && !slices.ContainsFunc(rows, cells(last)); last-- {
		d.Header = d.Header[:last] // a delimiter ends the header, and the rows perhaps
	}
	if len(d.Header) == k-1 && len(rows) > 0 && slices.ContainsFunc(rows, cells(k-1)) && nameRows(d.Header[0], rows) {
		d.notes.Add("rows have one cell more than the header: the first is taken for the name of the row") // as R writes them
		d.Header = append([]string{""}, d.Header...)
	}
	if d.names {
		d.Header[0] = strings.TrimSpace(strings.TrimPrefix(strings.TrimLeft(d.Header[0], "\ufeff"), "#"))
	}
	if line := records[at].line; line > 1 {
		d.notes.Add("%s", above(records[:at], line-1))
		d.Skip = opt.Skip + line - 1
	}
	for _, r := range records[at+n : first] {
		d.notes.Add("line %d holds units and is no row", opt.Skip+r.line)
	}
	d.nameColumns()
	return first
}

// above says what stands before the header.
func above(records []record, lines int) string {
	said := fmt.Sprintf("%d lines before the header were skipped", lines)
	if len(records) > 0 {
		said += fmt.Sprintf(", the first %q", strings.Trim(strings.Join(records[0].cells, " "), " "))
	}
	return said
}

// headerLine returns the record with which the header begins: the first one that a flag
// tells, or else the first one that is as long as the rows are.
func (d *Dialect) headerLine(records []record, k int, opt *Options) int {
	usual := slices.IndexFunc(records, func(r record) bool { return len(r.cells) == k })
	isNamed := func(r record) bool { return r.names(opt.Target) || r.namesMost(opt.Known) }
	if opt.Known == nil && opt.Target == "" && opt.Time != nil && *opt.Time != "" {
		isNamed = func(r record) bool { return r.names(strings.Split(*opt.Time, "+")[0]) }
	}
	isWhole := func(r record) bool { return len(r.cells) == k && isNamed(r) }
	noName := opt.Header != nil && !*opt.Header
	for _, rule := range []struct {
		applies bool
		at      int
	}{
		{opt.Skip > 0, 0},
		{!noName, slices.IndexFunc(records, isWhole)},
		{!noName, slices.IndexFunc(records, isNamed)},
		{!noName && usual > 0 && len(records[usual-1].cells) == k-1 && isData(records[usual:]) &&
			(ended(records[usual:], k) || nameRows(records[usual-1].cells[0], records[usual:])), usual - 1},
		{true, usual},
	} {
		if rule.applies && rule.at >= 0 {
			return rule.at
		}
	}
	return 0
}

// headerLines returns how many of the records, from the first one on, are the header's
// names, and how many its units: lines that hold words where the rows hold numbers or
// times. Where rows are all words, or the first line has a name that a flag tells, it is
// one.
func headerLines(records []record, opt *Options) (names, units int) {
	named := records[0].names(opt.Target) || records[0].namesMost(opt.Known)
	typed := typedColumns(records, 0.8)
	switch {
	case len(records) > 3 && records[1].cells[0] == "TS": // Campbell's loggers (TOA5): units, and what was recorded
		return 1, 2
	case isData(records) && opt.Header == nil && !named:
		return 0, 0
	}
	const most = 5
	n := 1
	for ; n < min(most, len(records)-1); n++ {
		is, gaps, words := records[n].typedIn(typed)
		if is+gaps > 0 || 2*words < len(typed) || words == 0 || named && !isUnits(records[n].cells) {
			break
		}
	}
	if n > 1 && isUnits(records[n-1].cells) {
		return n - 1, 1
	}
	return n, 0
}

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

// typedColumns returns the columns that hold numbers or times in a share of the records but
// the first few.
func typedColumns(records []record, share float64) (typed []int) {
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
		if all > 0 && float64(n) >= share*float64(all) {
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
func (r *record) names(column string) bool {
	return column != "" && slices.ContainsFunc(r.cells, func(c string) bool { return oneLine(c) == column })
}

// namesMost reports whether the record has the names of most of the columns of another
// table.
func (r *record) namesMost(known map[string]dataset.SourceColumn) bool {
	n := 0
	for name := range known {
		if r.names(name) {
			n++
		}
	}
	return 2*n > len(known)
}

// oneLine is a name as the header has it.
func oneLine(name string) string { return strings.Join(strings.Fields(name), " ") }

// isData reports whether the first record is like those after it.
func isData(records []record) bool {
	is, _, words := records[0].typedIn(typedColumns(records, 0.8))
	return is > 0 && words == 0
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
				cell = oneLine(line.cells[j])
			}
			if cell == "" && i < len(lines)-1 {
				cell = before
			}
			before = cell
			names[j] = strings.TrimSpace(names[j] + " " + cell)
		}
	}
	if len(lines) > 1 {
		d.notes.Add("the header has %d lines; their words were joined", len(lines))
	}
	return names
}

// nameColumns gives every column a name of its own.
func (d *Dialect) nameColumns() {
	if !d.names {
		d.notes.Add("there is no header: the columns are column_1 to column_%d", len(d.Header))
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
		d.notes.Add("names that come twice in the header: %s", strings.Join(twice, ", "))
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

// totals are words with which a last row says that it holds the sums or the means of the
// others.
var totals = []string{"total", "totals", "grand total", "sum", "average", "mean", "avg", "итого", "всего", "сумма", "среднее", "summe",
	"gesamt", "gesamtsumme", "insgesamt", "durchschnitt", "mittelwert", "mittel", "somme", "moyenne", "suma", "razem", "średnia", "celkem",
	"průměr", "totaal", "gemiddelde", "totale", "somma", "media", "média", "promedio", "разом", "合计", "总计", "平均", "合計", "total general"}

// cutTotal ends the rows before a last one that says that it is a total: tail is the end of
// the source.
func (d *Dialect) cutTotal(tail []byte, size int64) {
	tail = append(tail, '\n')
	text := strings.TrimRight(string(tail), "\r\n ")
	at := strings.LastIndexByte(text, '\n') + 1
	l := csv.Lexer{Grammar: d.Grammar}
	if next, _ := l.Record(tail, at); next < 0 || at == 0 || len(d.sample) < 2 {
		return
	}
	d.last = texts(l.Cells)
	for j, cell := range d.last {
		word := strings.ToLower(strings.TrimSuffix(cell, ":"))
		usual := func(r record) bool { return j < len(r.cells) && strings.EqualFold(r.cells[j], cell) }
		if others := d.sample[:len(d.sample)-1]; slices.Contains(totals, word) && !slices.ContainsFunc(others, usual) {
			d.end, d.last = size-int64(len(tail)-1-at), nil
			d.notes.Add("the last row, %q, says that it is no row like the others, and was left out", csv.FirstLine(tail[at:]))
			return
		}
	}
}

// noteSums names a last row that holds the sums of the others in all columns of whole
// numbers that it fills, two at least: it does not say so, and may be a row.
func (t *Table) noteSums() {
	sums := 0
	for j, cell := range t.last {
		if j >= len(t.Columns) {
			return
		}
		v, c := csv.Number(cell), t.Columns[j]
		if all := &c.numbers[whole]; v != v || all.N < 3 || all.N < c.Rows-c.gaps() {
			continue
		} else if v == 0 || v != math.Trunc(v) || c.Sum != 2*uint64(int64(v)) {
			return
		}
		sums++
	}
	if sums > 1 {
		t.Notes.Add("the last row, %q, holds the sums of the others: head -n -1 FILE | data_creation -import - leaves it "+
			"out if it is none", strings.Join(t.last, ","))
	}
}
