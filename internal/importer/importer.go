// Package importer makes clean CSV of any ready dataset, in two passes over it in
// constant memory: the first counts what the cells of every column can be read as
// (Profile), from which follows what the columns are (Decide); the second converts
// the rows (Table.Chunks).
package importer

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"unicode/utf8"

	"mlpipeline/internal/csv"
	"mlpipeline/internal/ordered"
)

// Options say how sources are written and what their columns are. What is empty is
// guessed.
type Options struct {
	Time      *string // a column, or several with + between them; "" for none
	Target    string
	By        string // one dataset per value of this column
	SplitKey  string // rows with one value stay on one side
	Category  []string
	Number    []string
	Drop      []string
	Delimiter string // one character
	Decimal   string // "." or ","
	Encoding  string // as the WHATWG calls it
	Missing   []string
	Layout    string // see parseLayout
	Skip      int    // lines before the header
	Header    *bool
}

// names reports whether a flag says what a column is.
func (o *Options) names(column string) bool {
	return column == o.Target || column == o.By || column == o.SplitKey ||
		slices.Contains(slices.Concat(o.Drop, o.Category, o.Number), column)
}

// missing returns the cells that -missing names, and the numbers among them.
func (o *Options) missing() (cells map[string]bool, numbers []float64) {
	cells = map[string]bool{}
	for _, m := range o.Missing {
		cells[m] = true
		if v, err := csv.ParseNumber([]byte(m)); err == nil {
			numbers = append(numbers, v)
		}
	}
	return cells, numbers
}

// layouts are those that times may be written in: all, or the one that is named.
func (o *Options) layouts() []layout {
	if o.Layout != "" {
		return []layout{parseLayout(o.Layout)}
	}
	return layouts()
}

// Table is a source and what is known of it.
type Table struct {
	*Source
	*Dialect
	Hash    uint64    // of the rows as they are written
	Columns []*Column // as the header has them
	Time    *When     // nil for none
	Notes   []string  // how it was read

	whens   []*When // that may be the time
	formats []format
	foot    foot
	opt     *Options

	garbled int // characters
}

// Rows returns how many rows have a time, or all without one.
func (t *Table) Rows() int64 {
	if t.Time == nil {
		return t.Columns[0].Rows
	}
	_, n := t.Time.record.times()
	return n
}

// errNotUTF8 says that the source is in another encoding.
var errNotUTF8 = errors.New("is not UTF-8")

// Profile reads a source once and counts what its cells can be read as. progress
// is told of bytes.
func Profile(ctx context.Context, s *Source, opt *Options, workers int, progress func(int)) (*Table, error) {
	err := errNotUTF8
	var t *Table
	if opt.Encoding == "" || s.encoding != "" {
		t, err = profile(ctx, s, opt, workers, progress)
	}
	if errors.Is(err, errNotUTF8) {
		if err := s.recode(ctx, opt); err != nil {
			return nil, err
		}
		t, err = profile(ctx, s, opt, workers, progress)
	}
	if err != nil {
		return nil, err
	}
	if t.garbled > 0 {
		s.notes = append(s.notes, fmt.Sprintf("%d characters are none in %s, and are \ufffd now", t.garbled, s.encoding))
	}
	t.Notes = slices.Concat(s.notes, t.Dialect.notes, t.Notes)
	return t, nil
}

func profile(ctx context.Context, s *Source, opt *Options, workers int, progress func(int)) (*Table, error) {
	r, err := s.open()
	if err != nil {
		return nil, err
	}
	head, err := bufio.NewReaderSize(r, headSize).Peek(headSize)
	r.Close()
	if err != nil && err != io.EOF {
		return nil, fmt.Errorf("%s: %w", s.Name, err)
	}
	if !validText(head) && s.encoding == "" {
		return nil, errNotUTF8
	}
	t := &Table{Source: s, opt: opt}
	if t.Dialect, err = guessDialect(s.Name, head, len(head) < headSize, opt); err != nil {
		return nil, err
	}
	if t.whens, err = t.findWhens(); err != nil {
		return nil, err
	}
	bare := make([]bool, len(t.Header))
	for j, name := range t.Header {
		bare[j] = timely(name) || opt.Time != nil && *opt.Time == name || opt.Layout != "" && opt.Time == nil
	}
	if opt.Time == nil && !slices.Contains(bare, true) && len(t.whens) == 0 && !t.hasTimes() {
		for j := range bare {
			bare[j] = t.digitTimes(j)
		}
	}
	p := newProfiler(bare, opt)
	t.Columns = make([]*Column, len(t.Header))
	for j := range t.Columns {
		t.Columns[j] = new(Column)
	}
	cut := func(context.Context) iter.Seq2[*block, error] { return s.blocks(t.Dialect, &t.Hash) }
	for part, err := range ordered.Map(ctx, workers, cut, func(b *block) (*counted, error) {
		return t.count(p, b)
	}) {
		if err != nil {
			return nil, err
		}
		for j := range t.Columns {
			if t.Columns[j].Merge(&part.columns[j], p.most); t.Columns[j].Many {
				p.many[j].Store(true)
			}
		}
		for i, w := range t.whens {
			w.record.Merge(&part.whens[i], p.most)
		}
		if t.foot.n > 0 && part.columns[0].Rows > 0 {
			return nil, t.ragged(s.Name, t.foot.Line, 1)
		}
		t.foot.merge(part.foot.example)
		t.foot.n += part.foot.n
		t.garbled += part.garbled
		progress(part.bytes)
	}
	if t.foot.n > 0 {
		t.Notes = append(t.Notes, fmt.Sprintf("%d lines behind the rows are none and were left out, the first %q in line %d",
			t.foot.n, t.foot.Cell, t.foot.Line))
	}
	if t.Columns[0].Rows == 0 {
		return nil, fmt.Errorf("%s: no data rows", s.Name)
	}
	return t, nil
}

// validText reports whether text is UTF-8, but for a character that is cut at its
// end.
func validText(b []byte) bool {
	for cut := range utf8.UTFMax {
		if utf8.Valid(b[:max(0, len(b)-cut)]) {
			return true
		}
	}
	return false
}

// counted is what is counted of a block.
type counted struct {
	columns []Column
	whens   []Column
	foot    foot
	bytes   int

	garbled int // characters, of another encoding
}

// count makes the records of a block's columns.
func (t *Table) count(p *profiler, b *block) (*counted, error) {
	garbled := 0
	if t.encoding != "" {
		garbled = bytes.Count(b.data, []byte("\ufffd"))
	} else if !utf8.Valid(b.data) {
		return nil, errNotUTF8
	}
	c := &counted{garbled: garbled, columns: make([]Column, len(t.Header)), whens: make([]Column, len(t.whens)), bytes: len(b.data)}
	worker := *p // with a cache of days of its own
	if worker.plain(t, c, b) {
		return c, nil
	}
	c.columns, c.whens = make([]Column, len(t.Header)), make([]Column, len(t.whens))
	var joined []byte
	err := t.each(t.Name, b, func(cells [][]byte, _ []byte, line int64) error {
		for j, cell := range cells {
			c.columns[j].Rows++
			worker.add(&c.columns[j], j, cell, line)
		}
		for i, w := range t.whens {
			joined = w.join(joined[:0], cells, worker.named)
			c.whens[i].Rows++
			worker.when(&c.whens[i], joined, line)
		}
		return nil
	})
	c.foot = b.foot
	return c, err
}

// plain is count for a block without quotes, with one time column at the most: most
// cells are plain numbers. It reports whether it could do it all.
func (p *profiler) plain(t *Table, c *counted, b *block) bool {
	delimiter := t.Delimiter
	if delimiter == ' ' || len(t.whens) > 0 || slices.Contains(b.data, t.Quote) {
		return false
	}
	end := len(b.data)
	d := b.data[:end+csv.Padding]
	line, last := b.line, len(t.Header)-1
	for i := 0; i < end; line++ {
		if blank(d, i) {
			i += 1 + bytes.IndexByte(d[i:], '\n')
			continue
		}
		if d[i] == delimiter && len(bytes.Trim(d[i:i+bytes.IndexByte(d[i:], '\n')], string([]byte{delimiter, ' ', '\r'}))) == 0 {
			return false // a row of empty cells
		}
		for j := 0; ; j++ {
			col := &c.columns[j]
			col.Rows++
			v, k, ok := csv.ShortNumber(d, i)
			cell := d[i:k]
			if d[k] == '\r' && d[k+1] == '\n' {
				k++
			}
			if ok = ok && (d[k] == delimiter || d[k] == '\n'); !ok || !p.fast(col, j, cell, v, line) {
				for k = i; d[k] != delimiter && d[k] != '\n'; k++ {
				}
				p.add(col, j, trim(d[i:k]), line)
			}
			i = k + 1
			if d[k] == '\n' {
				if j != last {
					return false // too few cells, as the careful reader will tell
				}
				break
			}
			if j == last {
				return false
			}
		}
	}
	return true
}

// fast includes a plain number, if that is all there is to know of it.
func (p *profiler) fast(c *Column, j int, cell []byte, v float64, line int64) bool {
	if p.bare[j] || len(p.numbers) > 0 || cell[0] == '-' && cell[1] == '9' || c.Example.Line == 0 {
		return false
	}
	unsigned := cell
	if cell[0] == '-' {
		unsigned = cell[1:]
	}
	dot := 0
	for dot < len(unsigned) && unsigned[dot] != '.' {
		dot++
	}
	switch {
	case dot < len(unsigned):
		if len(unsigned)-dot == 4 && dot > 0 && dot < 4 && unsigned[0] != '0' {
			return false // 1.234, perhaps with a sign between thousands
		}
		c.Point.add(v, line)
	case len(unsigned) > 1 && unsigned[0] == '0':
		return false
	default:
		c.Whole.add(v, line)
		c.count(v)
		c.Width.add(len(unsigned))
	}
	return true
}
