package importer

import (
	"bytes"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
)

// Dialect is how a source is written.
type Dialect struct {
	grammar
	Skip   int // lines before the header
	Header []string
	names  bool // the header is in the source

	offset int64 // where the rows begin
	line   int64 // and their first line
	notes  []string
}

// record is a record of the head and where it begins.
type record struct {
	cells []string
	at    int
	line  int
}

// records cuts the head into records, as far as it can; end is where they end.
func (g grammar) records(head []byte, most int) (records []record, end record, broken bool) {
	l := lexer{grammar: g}
	end.line = 1
	for end.at < len(head) && len(records) < most {
		next := end.at + 1
		if blank(head, end.at) {
			next = end.at + 1 + bytes.IndexByte(head[end.at:], '\n')
		} else {
			var err error
			if next, err = l.record(head, end.at); next < 0 {
				return records, end, err != nil
			}
			cells := make([]string, len(l.cells))
			for i, c := range l.cells {
				cells[i] = string(c)
			}
			records = append(records, record{cells, end.at, end.line})
		}
		end.line += bytes.Count(head[end.at:next], []byte("\n"))
		end.at = next
	}
	return records, end, false
}

// usual returns the usual number of cells of the records, and the share of them
// that have it.
func usual(records []record) (cells int, share float64) {
	count := map[int]int{}
	for _, r := range records {
		n := len(r.cells)
		if count[n]++; count[n] > count[cells] || count[n] == count[cells] && n > cells {
			cells = n
		}
	}
	return cells, float64(count[cells]) / float64(max(1, len(records)))
}

const headRecords = 500

// guessGrammar returns the grammar by which the head reads most like a table:
// as many cells in every record, and no cell that holds another delimiter.
func guessGrammar(head []byte, named string) (grammar, error) {
	delimiters := []byte(",;\t| ")
	if named != "" {
		d, err := ParseDelimiter(named)
		if err != nil {
			return grammar{}, err
		}
		delimiters = []byte{d}
	}
	var best grammar
	most := 0.0
	for _, d := range delimiters {
		for _, quote := range []byte{'"', '\''} {
			if quote == '\'' && (bytes.IndexByte(head, '"') >= 0 || bytes.Count(head, []byte{quote}) < 4) {
				continue
			}
			for _, backslash := range []bool{false, true} {
				g := grammar{d, quote, backslash}
				if backslash && !bytes.Contains(head, []byte{'\\', quote}) {
					continue
				}
				if score := g.score(head); score > most {
					best, most = g, score
				}
			}
		}
	}
	if most == 0 {
		return best, fmt.Errorf("the header holds no delimiter (comma, semicolon, tab, bar, blanks); use -delimiter")
	}
	return best, nil
}

func (g grammar) score(head []byte) float64 {
	records, _, broken := g.records(head, headRecords)
	cells, share := usual(records)
	if cells < 2 {
		return 0
	}
	all, clean := 0, 0
	foreign := strings.ReplaceAll(";\t|", string(g.Delimiter), "")
	if g.Delimiter == ' ' {
		foreign += ","
		share *= 0.8 // blanks are in every text
	}
	for _, r := range records {
		if len(r.cells) != cells {
			continue
		}
		for _, c := range r.cells {
			all++
			wrapped := len(c) > 1 && (c[0] == '\'' || c[0] == '"') && c[len(c)-1] == c[0]
			if !strings.ContainsAny(c, foreign) && !wrapped && !strings.Contains(c, "  ") {
				clean++
			}
		}
	}
	score := share * float64(clean) / float64(all)
	if broken {
		score /= 2
	}
	return score
}

// guessDialect finds out how the text is written that begins with head. whole
// says that there is no more of it.
func guessDialect(name string, head []byte, whole bool, opt *Options) (*Dialect, error) {
	d := &Dialect{Skip: opt.Skip, names: true}
	body := bytes.TrimPrefix(head, []byte(bom))
	if whole && body[len(body)-1] != '\n' {
		body = append(bytes.Clone(body), '\n')
	}
	start := len(head) - len(bytes.TrimPrefix(head, []byte(bom)))
	for range opt.Skip {
		at := bytes.IndexByte(body, '\n') + 1
		if at == 0 {
			return nil, fmt.Errorf("%s: -skip %d leaves nothing", name, opt.Skip)
		}
		body, start = body[at:], start+at
	}
	delimiter, said := opt.Delimiter, 0
	if line, _, _ := bytes.Cut(body, []byte("\n")); len(bytes.TrimSpace(line)) == len("sep=;") &&
		bytes.HasPrefix(line, []byte("sep=")) { // as Excel has it
		delimiter, said = string(line[4:5]), 1
	}
	tooWide := fmt.Errorf("%s:%d: the header has more than %d columns; leave out those that are not needed", name,
		opt.Skip+1, maxColumns)
	if line, _, _ := bytes.Cut(body, []byte("\n")); bytes.Count(line, []byte(",")) >= maxColumns {
		return nil, tooWide
	}
	var err error
	if d.grammar, err = guessGrammar(body, delimiter); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	records, end, broken := d.records(body, headRecords)
	if said < len(records) {
		records = records[said:]
	}
	if len(records) == 0 {
		return nil, fmt.Errorf("%s:%d: the header does not end within %d KiB; is a quote left open?", name, opt.Skip+1,
			headSize>>10)
	}
	first := d.findHeader(records, opt)
	if first == len(records) && !broken {
		return nil, fmt.Errorf("%s: no data rows", name)
	}
	records = append(records, end) // where the reader will say what is broken
	if len(d.Header) > maxColumns {
		return nil, tooWide
	}
	d.offset, d.line = int64(start+records[first].at), int64(opt.Skip+records[first].line)
	return d, nil
}

// findHeader sets the header, and returns the index of the first row.
func (d *Dialect) findHeader(records []record, opt *Options) (first int) {
	k, _ := usual(records)
	at := 0 // of the header's first line
	if opt.Skip == 0 {
		for len(records[at].cells) != k {
			at++
		}
	}
	n := d.headerRows(records[at:], opt)
	first = at + n
	d.names = n > 0
	short := at > 0 && len(records[at-1].cells) == k-1 && d.named(opt) && isData(records[at:])
	switch {
	case short && ended(records[at:], k): // a delimiter ends every row, but not the header
		at, first, d.names = at-1, at, true
		d.Header = append(d.join(records[at:at+1]), "")
	case short: // as R writes the names of rows
		at, first, d.names = at-1, at, true
		d.Header = append([]string{""}, records[at].cells...)
	case n == 0:
		d.Header = make([]string, k)
	case n > 1 && isUnits(records[first-1].cells):
		d.notes = append(d.notes, fmt.Sprintf("line %d holds units and is no row", opt.Skip+records[first-1].line))
		d.Header = d.join(records[at : first-1])
	default:
		d.Header = d.join(records[at:first])
	}
	if d.names {
		d.Header[0] = strings.TrimSpace(strings.TrimPrefix(d.Header[0], "#"))
	}
	if line := records[at].line; line > 1 {
		d.notes = append(d.notes, fmt.Sprintf("%d lines before the header were skipped", line-1))
		d.Skip = opt.Skip + line - 1
	}
	d.nameColumns(opt)
	return first
}

// named reports whether the header may be in the source.
func (d *Dialect) named(opt *Options) bool { return opt.Header == nil || *opt.Header }

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
	typed := typedColumns(records)
	target := slices.Contains(records[0].cells, opt.Target)
	if isData(records) && opt.Header == nil && !target && !rising(records, typed) {
		return 0
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

// rising reports whether the numbers of the first record rise from column to column,
// as years, ages or wavelengths at the head of a table do, and those of the second
// do not. Two are enough if they are years.
func rising(records []record, typed []int) bool {
	rises := func(r record) bool {
		before, years := math.Inf(-1), true
		for _, j := range typed {
			if j >= len(r.cells) {
				return false
			}
			v := parse([]byte(strings.TrimSuffix(r.cells[j], "%")))
			if !(v > before) {
				return false
			}
			years = years && v >= 1800 && v <= 2200 && v == math.Trunc(v)
			before = v
		}
		return len(typed) > 2 || len(typed) == 2 && years
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
func (d *Dialect) nameColumns(opt *Options) {
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
		`?[µumckMhdn]?(m|g|s|h|l|L|d|yr|min|kg|K)\^?-?[²³123]?)*|°C|°F|°|C|F|degC|degF|degrees?|deg|%|mph|kmh|km/h|min|h|hr|hours?|days?` +
		`|ppm|ppb|ft|in|lb|lbs|inHg|UTC|local|USD|EUR|okta|counts?|-)$`)
	datelike = regexp.MustCompile(`^[+-]?\d[\d:./TZ+ -]*$`)
)

// isUnits reports whether the record under a header holds the columns' units.
func isUnits(cells []string) bool {
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
func isGap(cell string) bool { return isMissing(cell) || markIndex([]byte(cell)) >= 0 }

// isTyped reports whether a cell is a number or like a time.
func isTyped(cell string) bool {
	_, ok := readCell([]byte(cell))
	return ok || datelike.MatchString(cell)
}

// ParseDelimiter reads the name of a delimiter.
func ParseDelimiter(s string) (byte, error) {
	switch s {
	case `\t`, "tab":
		return '\t', nil
	case "blank", "blanks":
		return ' ', nil
	}
	if len(s) != 1 || strings.ContainsAny(s, "\"\r\n\\") || s[0] >= 0x80 {
		return 0, fmt.Errorf("the delimiter %q is not one character of ASCII", s)
	}
	return s[0], nil
}
