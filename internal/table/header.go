package table

import (
	"bytes"
	strict "encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"mlpipeline/internal/csv"
	"mlpipeline/internal/dataset"
)

// readHeader reads the header record off f.peek.
func (f *File) readHeader() error {
	b := f.peek
	if bytes.HasPrefix(b, []byte("\xff\xfe")) || bytes.HasPrefix(b, []byte("\xfe\xff")) {
		return fmt.Errorf("%s: is UTF-16; save it as UTF-8", f.Path)
	}
	b = bytes.TrimPrefix(b, []byte(csv.BOM))
	line := int64(1)
	for len(b) > 0 && (b[0] == '\n' || bytes.HasPrefix(b, []byte("\r\n"))) {
		b = b[1+bytes.IndexByte(b, '\n'):] // an empty line, as anywhere
		line++
	}
	end := recordEnd(b)
	switch commas := bytes.Count(b[:max(end, 0)], []byte(",")); {
	case len(b) == 0:
		return fmt.Errorf("%s: is empty; a header line is needed", f.Path)
	case commas >= csv.MaxColumns, end < 0 && bytes.Count(b, []byte(",")) >= csv.MaxColumns:
		return fmt.Errorf("%s:%d: the header has more than %d columns; leave out those that are not needed", f.Path,
			line, csv.MaxColumns)
	case end < 0 && openQuote(b) >= 0:
		line += int64(bytes.Count(b[:openQuote(b)], []byte("\n")))
		return fmt.Errorf("%s:%d: a quote is opened here and not closed within %d KiB", f.Path, line, peekSize>>10)
	case end < 0 && !f.whole:
		return fmt.Errorf("%s:%d: the header does not end within %d KiB; is it a CSV file?", f.Path, line, peekSize>>10)
	case end < 0:
		end = len(b)
	}
	names, err := reader(b[:end]).Read()
	if err != nil {
		return fmt.Errorf("%s:%d: unreadable header: %w", f.Path, line, csvError(err))
	}
	f.Header, f.Line = names, line
	f.body = len(f.peek) - len(b) + end
	f.line = line + int64(bytes.Count(b[:end], []byte("\n")))
	seen := make(map[string]bool, len(names))
	for i, name := range names {
		switch {
		case name == "":
			return fmt.Errorf("%s:%d: column %d has no name in the header", f.Path, line, i+1)
		case !utf8.ValidString(name):
			return fmt.Errorf("%s:%d: column %d is named %q, which is not UTF-8; save the file as UTF-8", f.Path, line,
				i+1, csv.Clip(name))
		case strings.ContainsAny(name, "\x00\r"):
			return fmt.Errorf("%s:%d: column %d is named %q; is this a CSV file with LF or CRLF line ends?", f.Path,
				line, i+1, csv.Clip(name))
		case seen[name]:
			return fmt.Errorf("%s:%d: column %q comes twice in the header; rename one", f.Path, line, csv.Clip(name))
		}
		seen[name] = true
	}
	return nil
}

// recordEnd returns where the first record of b ends, after its newline, or −1.
func recordEnd(b []byte) int {
	quoted := false
	for i, c := range b {
		switch {
		case c == '"':
			quoted = !quoted
		case c == '\n' && !quoted:
			return i + 1
		}
	}
	return -1
}

// records returns the complete records among the first bytes of the file.
func (f *File) records(most int) [][]string {
	r := reader(f.peek[f.body:])
	r.ReuseRecord = false
	var records [][]string
	for len(records) < most {
		rec, err := r.Read()
		if err != nil {
			break
		}
		records = append(records, rec)
	}
	if !f.whole && len(records) > 1 && len(records) < most {
		records = records[:len(records)-1] // may be cut
	}
	return records
}

// first returns the first timestamp, or NoTime; an unreadable one is left for
// the scan to complain about.
func (f *File) first(timeColumn string) dataset.Time {
	col := slices.Index(f.Header, timeColumn)
	if records := f.records(1); col >= 0 && len(records) > 0 && col < len(records[0]) {
		if t, err := dataset.ParseTime(records[0][col]); err == nil {
			return t
		}
	}
	return dataset.NoTime
}

// Numeric splits the columns of the file, in file order, into the rest and those
// that hold a number, or nothing at all, in the first 1000 rows.
func (f *File) Numeric() (numeric, rest []string, err error) {
	if f.peek == nil {
		if err := f.load(nil); err != nil {
			return nil, nil, err
		}
	}
	records := f.records(1000)
	if len(records) == 0 && f.body >= len(f.peek) {
		return nil, nil, fmt.Errorf("%s: no data rows", f.Path)
	}
	for i, name := range f.Header {
		isGap := func(rec []string) bool { return i >= len(rec) || csv.Missing(rec[i]) }
		isNumber := func(rec []string) bool {
			if isGap(rec) {
				return false
			}
			_, err := csv.ParseNumber([]byte(rec[i]))
			return err == nil || errors.Is(err, csv.ErrNotFinite)
		}
		isText := func(rec []string) bool { return !isGap(rec) && !isNumber(rec) }
		if slices.ContainsFunc(records, isNumber) || !slices.ContainsFunc(records, isText) {
			numeric = append(numeric, name)
		} else {
			rest = append(rest, name)
		}
	}
	return numeric, rest, nil
}

// reader reads records of any number of cells, which are gone with the next one.
func reader(b []byte) *strict.Reader {
	r := strict.NewReader(bytes.NewReader(b))
	r.ReuseRecord, r.FieldsPerRecord = true, -1
	return r
}

// csvError drops the position that encoding/csv puts into its errors, which
// counts from the block's beginning.
func csvError(err error) error {
	if p, ok := errors.AsType[*strict.ParseError](err); ok {
		return p.Err
	}
	return err
}
