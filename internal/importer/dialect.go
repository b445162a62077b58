package importer

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"mlpipeline/internal/csv"
	"mlpipeline/internal/origin"
)

// Dialect is how a source is written.
type Dialect struct {
	csv.Grammar
	Skip   int // lines before the header
	Header []string
	names  bool // the header is in the source

	offset int64    // where the rows begin
	end    int64    // where they end
	last   []string // the last of them
	line   int64    // and their first line
	sample []record // the first rows
	typed  []int    // columns of numbers and times in most of them
	others []record // lines before the rows that may be the header, and are not
	notes  origin.Notes
}

// record is a record of the head and where it begins.
type record struct {
	cells []string
	at    int
	line  int
}

// cutRecords cuts the head into records, as far as it can; end is where they end.
func cutRecords(g csv.Grammar, head []byte, most int) (records []record, end record, broken *csv.LexError) {
	l := csv.Lexer{Grammar: g}
	end.line = 1
	for end.at < len(head) && len(records) < most {
		next, bad := l.Record(head, end.at)
		if next < 0 {
			return records, end, bad
		}
		if len(l.Cells) > 0 {
			records = append(records, record{texts(l.Cells), end.at, end.line})
		}
		end.line += bytes.Count(head[end.at:next], []byte("\n"))
		end.at = next
	}
	return records, end, nil
}

// texts are cells that stay.
func texts(cells [][]byte) []string {
	texts := make([]string, len(cells))
	for i, c := range cells {
		texts[i] = string(c)
	}
	return texts
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
func guessGrammar(head []byte, named byte) (csv.Grammar, error) {
	delimiters := []byte(",;\t| ")
	if named != 0 {
		delimiters = []byte{named}
	}
	var best csv.Grammar
	most := 0.0
	for _, d := range delimiters {
		for _, quote := range []byte{'"', '\''} {
			if quote == '\'' && (bytes.IndexByte(head, '"') >= 0 || bytes.Count(head, []byte{quote}) < 4) {
				continue
			}
			for _, backslash := range []bool{false, true} {
				g := csv.Grammar{Delimiter: d, Quote: quote, Backslash: backslash}
				if backslash && !bytes.Contains(head, []byte{'\\', quote}) {
					continue
				}
				if score := score(g, head); score > most {
					best, most = g, score
				}
			}
		}
	}
	if most == 0 {
		return best, fmt.Errorf("the header holds no delimiter (comma, semicolon, tab, bar, blanks), and one column alone " +
			"has nothing to learn from; use -delimiter")
	}
	return best, nil
}

func score(g csv.Grammar, head []byte) float64 {
	records, _, broken := cutRecords(g, head, headRecords)
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
	if broken != nil {
		score /= 2
	}
	return score
}

// guessDialect finds out how the text is written that begins with head. whole
// says that there is no more of it.
func guessDialect(name string, head []byte, whole bool, opt *Options) (*Dialect, error) {
	d := &Dialect{Skip: opt.Skip, names: true}
	body, err := skipLines(head, whole, opt.Skip)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	start := len(head) - len(bytes.TrimSuffix(body, []byte("\n")))
	if len(head) > 0 && head[len(head)-1] == '\n' {
		start = len(head) - len(body)
	}
	delimiter, said := opt.Delimiter, 0
	line, _, _ := bytes.Cut(body, []byte("\n"))
	if len(bytes.TrimSpace(line)) == len("sep=;") && bytes.HasPrefix(line, []byte("sep=")) { // as Excel has it
		if delimiter, err = ParseDelimiter(string(line[4:5])); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		said = 1
	}
	tooWide := fmt.Errorf("%s:%d: the header has more than %d columns; leave out those that are not needed", name,
		opt.Skip+1, csv.MaxColumns)
	if bytes.Count(line, []byte(",")) >= csv.MaxColumns {
		return nil, tooWide
	}
	if d.Grammar, err = guessGrammar(body, delimiter); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	records, end, broken := cutRecords(d.Grammar, body, headRecords)
	if said < len(records) {
		records = records[said:]
	}
	switch {
	case len(records) > 0:
	case broken != nil && broken.Open:
		line := opt.Skip + end.line + bytes.Count(body[end.at:broken.At], []byte("\n"))
		return nil, fmt.Errorf("%s:%d: a quote is opened here and never closed", name, line)
	default:
		return nil, fmt.Errorf("%s:%d: the header does not end within %d KiB; is it a CSV file?", name, opt.Skip+1,
			origin.HeadSize>>10)
	}
	first := d.findHeader(records, opt)
	if first == len(records) && broken == nil {
		return nil, fmt.Errorf("%s: no data rows", name)
	}
	if len(d.Header) > csv.MaxColumns {
		return nil, tooWide
	}
	d.look(records, first, opt)
	records = append(records, end) // where the reader will say what is broken
	d.offset, d.line = int64(start+records[first].at), int64(opt.Skip+records[first].line)
	return d, nil
}

// skipLines returns the beginning of a text after so many lines, ending in a newline if
// that is all of it.
func skipLines(head []byte, whole bool, skip int) (body []byte, err error) {
	body = bytes.TrimPrefix(head, []byte(csv.BOM))
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, errors.New("is empty")
	}
	if whole && body[len(body)-1] != '\n' {
		body = append(bytes.Clone(body), '\n')
	}
	for range skip {
		body = body[bytes.IndexByte(body, '\n')+1:]
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, fmt.Errorf("-skip %d leaves nothing", skip)
	}
	return body, nil
}

// look takes the sample of rows after the header, and the lines before it that may be
// another.
func (d *Dialect) look(records []record, first int, opt *Options) {
	for _, r := range records[:first] {
		isOther := r.line+opt.Skip != d.Skip+1 && r.line > 1
		if isOther && len(r.cells) > 1 && len(d.others) < 3 && !slices.ContainsFunc(r.cells, isTyped) {
			d.others = append(d.others, r)
		}
	}
	for _, r := range records[first:] {
		if n := len(d.Header); len(r.cells) >= n && strings.Join(r.cells[n:], "") == "" { // a remark is no row
			r.cells = r.cells[:n]
			d.sample = append(d.sample, r)
		}
	}
	if len(d.sample) > 0 {
		d.typed = typedColumns(append([]record{{cells: d.Header}}, d.sample...), 0.5)
	}
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
