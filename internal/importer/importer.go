// Package importer reads a messy ready-made dataset: it finds out how a CSV
// file is written, keeps its numeric columns, and puts its rows in order of
// time. The file is held in memory, as a gota frame of text, so that no digit
// of any number is lost.
package importer

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/table"
)

// Options say how a source is written. What is empty is guessed.
type Options struct {
	Time      string // name of the time column
	Target    string // name of the target column
	Delimiter string // one character
	Decimal   string // "." or ","
	Missing   []string
	Layout    string // see parseLayout
}

// Table is a cleaned source. Cells of Rows are the timestamp in RFC 3339 and
// then decimal numbers as table.Scan reads them, empty where missing.
type Table struct {
	Columns []string // the time column, then the numeric ones
	Times   []dataset.Time
	Rows    [][]string
	Notes   []string // what was guessed, left out and mended
}

// sentinels stand for a missing reading where no list is given. The numbers
// are recognised by value (-999.0 too).
var sentinels = []string{"", "NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "None", "?", "-", "M", "-999", "-9999"}

// mostBad is the part of a numeric column's cells that may not be numbers.
const mostBad = 0.05

// record is a row of the source and its line.
type record struct {
	cells []string
	line  int
}

// Read reads and cleans a source. path is for messages.
func Read(path string, content []byte, opt Options) (*Table, error) {
	t := &Table{}
	content, err := decode(content)
	if err == nil && !utf8.Valid(content) {
		content = latin1(content)
		t.notef("is not UTF-8; read as Latin-1")
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := checkSizes(path, content); err != nil {
		return nil, err
	}
	delimiter, err := chooseDelimiter(content, opt.Delimiter)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	records, err := parse(path, content, delimiter)
	if err != nil {
		return nil, err
	}
	header, records := records[0].cells, records[1:]
	timeCol, targetCol := slices.Index(header, opt.Time), slices.Index(header, opt.Target)
	if err := checkHeader(path, header, records, opt); err != nil {
		return nil, err
	}
	decimal := opt.Decimal
	if decimal == "" {
		if decimal, err = guessDecimal(records, timeCol); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	layout, err := chooseLayout(path, records, timeCol, opt)
	if err != nil {
		return nil, err
	}
	t.notef("read as: delimiter %q, decimal %q, time %q", delimiter, decimal, layout.name)

	missing := opt.Missing
	if len(missing) == 0 {
		missing = sentinels
	}
	keep := []int{timeCol}
	var left []string
	for j, name := range header {
		if j == timeCol {
			continue
		}
		numeric, err := t.clean(path, records, j, name, decimal, missing)
		switch {
		case err != nil:
			return nil, err
		case numeric && name != "":
			keep = append(keep, j)
		case j == targetCol:
			return nil, fmt.Errorf("%s: the target column %q holds no number", path, name)
		default:
			left = append(left, name)
		}
	}
	if len(left) > 0 {
		t.notef("left out, not numeric or without a name: %s", table.Quote(left))
	}
	return t, t.order(path, header, records, keep, layout)
}

func (t *Table) notef(format string, args ...any) {
	t.Notes = append(t.Notes, fmt.Sprintf(format, args...))
}

func decode(content []byte) ([]byte, error) {
	switch {
	case bytes.HasPrefix(content, []byte("\xff\xfe")), bytes.HasPrefix(content, []byte("\xfe\xff")):
		return nil, errors.New("is UTF-16; save it as UTF-8")
	case bytes.IndexByte(content, 0) >= 0:
		return nil, errors.New("holds NUL bytes; it is not a CSV file")
	case bytes.HasPrefix(bytes.ToLower(bytes.TrimSpace(content[:min(len(content), 100)])), []byte("<")):
		return nil, errors.New("is a web page or XML, not a CSV file")
	}
	content = bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))
	if len(bytes.TrimSpace(content)) == 0 {
		return nil, errors.New("is empty")
	}
	if bytes.IndexByte(content, '\n') < 0 { // line ends of old
		content = bytes.ReplaceAll(content, []byte("\r"), []byte("\n"))
	}
	return content, nil
}

// latin1 turns ISO 8859-1 into UTF-8.
func latin1(content []byte) []byte {
	var b []byte
	for _, c := range content {
		b = utf8.AppendRune(b, rune(c))
	}
	return b
}

// parse reads the records; cells are trimmed.
func parse(path string, content []byte, delimiter rune) ([]record, error) {
	r := csv.NewReader(bytes.NewReader(content))
	r.Comma = delimiter
	r.FieldsPerRecord = -1
	r.TrimLeadingSpace = delimiter != '\t' // else an empty cell would vanish
	var records []record
	for {
		cells, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			var p *csv.ParseError
			if errors.As(err, &p) {
				return nil, fmt.Errorf("%s:%d: %w", path, p.Line, p.Err)
			}
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		line, _ := r.FieldPos(0)
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if len(records) > 0 && len(cells) != len(records[0].cells) {
			return nil, fmt.Errorf("%s:%d: %d cells where the header has %d (delimiter %q)", path, line, len(cells),
				len(records[0].cells), delimiter)
		}
		records = append(records, record{cells, line})
	}
	return records, nil
}

// Limits of what is read.
const (
	maxColumns = 10000
	maxRecord  = 1 << 20 // bytes
)

// checkSizes refuses a row that is too long, before anything is made of it.
func checkSizes(path string, content []byte) error {
	line, first, start, quoted := 1, 1, 0, false
	for i, c := range content {
		switch {
		case c == '"':
			quoted = !quoted
		case c == '\n':
			line++
			if !quoted {
				start, first = i+1, line
			}
		}
		if i-start > maxRecord {
			return fmt.Errorf("%s:%d: this row is longer than %d KiB; is a quote left open, or is it not a CSV file?",
				path, first, maxRecord>>10)
		}
	}
	return nil
}

func checkHeader(path string, header []string, records []record, opt Options) error {
	if len(header) > maxColumns {
		return fmt.Errorf("%s:1: the header has %d columns, more than %d; leave out those that are not needed", path,
			len(header), maxColumns)
	}
	for i, name := range header {
		if name != "" && slices.Index(header, name) < i {
			return fmt.Errorf("%s:1: column %s comes twice in the header", path, table.Quote(header[i:i+1]))
		}
	}
	for _, want := range []struct{ flag, name string }{{"time", opt.Time}, {"target", opt.Target}} {
		if !slices.Contains(header, want.name) {
			return fmt.Errorf("%s:1: there is no column %q; name it with -%s: the header has %s", path, want.name,
				want.flag, table.Quote(header))
		}
	}
	if len(records) == 0 {
		return fmt.Errorf("%s: no data rows", path)
	}
	return nil
}

// clean normalises the cells of column j to plain decimals, "" where missing.
// It reports whether the column is numeric at all.
func (t *Table) clean(path string, records []record, j int, name, decimal string, missing []string) (numeric bool,
	err error) {
	numbers, gaps := 0, 0
	var bad []record
	cleaned := make([]string, len(records))
	var sentinel []float64
	for _, s := range missing {
		if v, err := table.ParseNumber([]byte(s)); err == nil {
			sentinel = append(sentinel, v)
		}
	}
	for i, r := range records {
		cell := r.cells[j]
		if slices.Contains(missing, cell) {
			gaps++
			continue
		}
		number := cell
		if decimal == "," {
			number = strings.Replace(cell, ",", ".", 1)
		}
		v, err := table.ParseNumber([]byte(number))
		if decimal == "," && strings.Contains(cell, ".") {
			err = errors.New("a point, where the decimal sign is a comma")
		}
		switch {
		case err != nil:
			bad = append(bad, r)
		case slices.Contains(sentinel, v):
			gaps++
		default:
			cleaned[i] = number
			numbers++
		}
	}
	switch share := float64(len(bad)) / float64(numbers+len(bad)); {
	case numbers == 0 || share > 0.5:
		return false, nil
	case share > mostBad:
		return false, fmt.Errorf("%s:%d: column %q: %s is not a number, nor are %d more of its %d cells; clean "+
			"it, or name what is missing with -missing", path, bad[0].line, name, table.Quote(bad[0].cells[j:j+1]),
			len(bad)-1, numbers+len(bad))
	}
	if len(bad) > 0 {
		var first []string
		for _, r := range bad[:min(3, len(bad))] {
			first = append(first, fmt.Sprintf("%s in line %d", table.Quote(r.cells[j:j+1]), r.line))
		}
		t.notef("column %q: %d cells that are not numbers are now missing: %s", name, len(bad),
			strings.Join(first, ", "))
	}
	if gaps > 0 {
		t.notef("column %q: %d of %d cells are missing", name, gaps, len(records))
	}
	for i := range records {
		records[i].cells[j] = cleaned[i]
	}
	return true, nil
}

// order sorts the rows by time and drops all but the first of those with one
// timestamp.
func (t *Table) order(path string, header []string, records []record, keep []int, l layout) error {
	const key = "\x00micros"
	micros := make([]int, len(records))
	rows := make([][]string, 0, len(records)+1)
	rows = append(rows, header)
	sorted := true
	for i, r := range records {
		when, err := l.parse(r.cells[keep[0]])
		if err != nil {
			return fmt.Errorf("%s:%d: column %q: %w", path, r.line, header[keep[0]], err)
		}
		micros[i] = int(when)
		sorted = sorted && (i == 0 || micros[i] >= micros[i-1])
		rows = append(rows, r.cells)
	}
	df := dataframe.LoadRecords(rows, dataframe.DetectTypes(false), dataframe.DefaultType(series.String),
		dataframe.NaNValues([]string{""})).
		Select(keep).
		Mutate(series.New(micros, series.Int, key))
	if !sorted {
		df = df.Arrange(dataframe.Sort(key))
		t.notef("the rows were not in order of time; sorted")
	}
	if df.Err != nil {
		return fmt.Errorf("%s: %w", path, df.Err)
	}
	order, err := df.Col(key).Int()
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	for _, j := range keep {
		t.Columns = append(t.Columns, header[j])
	}
	cells := df.Drop(key).Records()[1:]
	for i, row := range cells {
		if i > 0 && order[i] == order[i-1] {
			continue
		}
		when := dataset.Time(order[i])
		row[0] = when.String()
		for j := range row {
			if row[j] == "NaN" {
				row[j] = "" // as gota writes it
			}
		}
		t.Times = append(t.Times, when)
		t.Rows = append(t.Rows, row)
	}
	if dropped := len(cells) - len(t.Rows); dropped > 0 {
		t.notef("%d of %d rows had a timestamp that came before; the first of each was kept", dropped, len(cells))
	}
	return nil
}

// ParseDelimiter reads the name of a delimiter.
func ParseDelimiter(s string) (rune, error) {
	switch s {
	case `\t`, "tab":
		return '\t', nil
	}
	r := []rune(s)
	if len(r) != 1 || strings.ContainsRune("\"\r\n", r[0]) || r[0] == '\uFFFD' {
		return 0, fmt.Errorf("the delimiter %s is not one character", strconv.Quote(s))
	}
	return r[0], nil
}
