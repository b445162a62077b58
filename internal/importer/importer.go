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
	"slices"
	"time"
	"unicode/utf8"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/ordered"
	"mlpipeline/internal/origin"
	"mlpipeline/internal/times"
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
	Delimiter byte              // 0 where it is not known
	Decimal   map[string]string // "." or ",", by column, of all under ""
	Encoding  string            // as the WHATWG calls it
	Missing   []string
	Layout    string                          // see times.Parse
	Zone      *time.Location                  // where times without a zone hold; nil for UTC, and to say so
	Known     map[string]dataset.SourceColumn // of the import that this is to be like; nil for none
	// Usual is how times and numbers were written in that import: tried besides, and taken
	// where nothing else tells.
	Usual struct {
		Layout  string
		Decimal map[string]string
	}
	Skip   int // lines before the header
	Header *bool
}

// names reports whether a flag says what a column is.
func (o *Options) names(column string) bool {
	return column == o.Target || column == o.By || column == o.SplitKey ||
		slices.Contains(slices.Concat(o.Drop, o.Category, o.Number), column)
}

// layouts are those that times may be written in: all, or the one that is named.
func (o *Options) layouts() []times.Layout {
	all := times.Layouts()
	for _, name := range []string{o.Layout, o.Usual.Layout} {
		if l, err := times.Parse(name); err == nil && name == o.Layout {
			return []times.Layout{l}
		} else if err == nil && !slices.ContainsFunc(all, func(l times.Layout) bool { return l.Name == name }) {
			all = append(slices.Clip(all), l)
		}
	}
	return all
}

// Table is a source and what is known of it.
type Table struct {
	*origin.Text
	*Dialect
	Hash    uint64       // of the rows as they are written
	Columns []*Column    // as the header has them
	Time    *When        // nil for none
	Notes   origin.Notes // how it was read

	whens     []*When // that may be the time
	yearsNote string  // why years are none
	formats   []format
	opt       *Options
	strange
}

// strange is what is not as in a clean table.
type strange struct {
	foot        foot
	garbled     int     // characters, of another encoding
	second      example // a row that is another header
	aboveSecond int64   // rows above it
}

// Rows returns how many rows have a time, or all without one.
func (t *Table) Rows() int64 {
	if t.Time == nil {
		return t.Columns[0].Rows
	}
	_, n := t.Time.record.times()
	return n
}

// InOrder reports whether the rows are in order of time, as they come, or have none.
func (t *Table) InOrder() bool {
	return t.Time == nil || t.Time.record.fit(t.Time.index).down == 0
}

// errNotUTF8 says that the source is in another encoding.
var errNotUTF8 = errors.New("is not UTF-8")

// Profile reads a source once and counts what its cells can be read as. progress
// is told of bytes.
func Profile(ctx context.Context, s *origin.Text, opt *Options, workers int, progress func(int)) (*Table, error) {
	err := errNotUTF8
	var t *Table
	if opt.Encoding == "" || s.Encoding != "" {
		t, err = profile(ctx, s, opt, workers, progress)
	}
	if errors.Is(err, errNotUTF8) {
		if err := s.Recode(ctx, opt.Encoding, opt.Target); err != nil {
			return nil, err
		}
		t, err = profile(ctx, s, opt, workers, progress)
	}
	if err != nil {
		return nil, err
	}
	if t.garbled > 0 {
		s.Notes.Add("%d characters are none in %s, and are \ufffd now", t.garbled, s.Encoding)
	}
	t.Notes = slices.Concat(s.Notes, t.Dialect.notes, t.Notes)
	return t, nil
}

func profile(ctx context.Context, s *origin.Text, opt *Options, workers int, progress func(int)) (*Table, error) {
	t, err := newTable(s, opt)
	if err != nil {
		return nil, err
	}
	bare := make([]bool, len(t.Header))
	for j, name := range t.Header {
		bare[j] = timely(name) || opt.Time != nil && *opt.Time == name || opt.Layout != "" && opt.Time == nil
	}
	p := newProfiler(bare, opt)
	for part, err := range ordered.Map(ctx, workers, t.blocks(&t.Hash), func(b *block) (*counted, error) { return t.count(p, b) }) {
		if err == nil {
			err = t.include(p, part)
		}
		if err != nil {
			return nil, err
		}
		progress(part.bytes)
	}
	if t.foot.n > 0 {
		t.Notes.Add("%d lines after the rows are none and were left out, the first %q in line %d", t.foot.n, t.foot.Cell,
			t.foot.Line)
	}
	t.noteSums()
	switch rows := t.Columns[0].Rows; {
	case rows == 0:
		return nil, fmt.Errorf("%s: no data rows", s.Name)
	case t.second.Line > 0:
		return nil, fmt.Errorf("%s:%d: %q is another header, with %d rows above and %d below it; import them apart: head -n "+
			"%d FILE, or tail -n +%d FILE, | data_creation -import -", s.Name, t.second.Line, t.second.Cell, t.aboveSecond,
			rows-t.aboveSecond-1, t.second.Line-1, t.second.Line)
	}
	return t, nil
}

// newTable looks at the beginning and the end of a source: how it is written, what its
// header is, and which columns may be parts of a time.
func newTable(s *origin.Text, opt *Options) (*Table, error) {
	head, err := bufio.NewReaderSize(s.Reader(), origin.HeadSize).Peek(origin.HeadSize)
	if err != nil && err != io.EOF {
		return nil, fmt.Errorf("%s: %w", s.Name, err)
	}
	if !validText(head) && s.Encoding == "" {
		return nil, errNotUTF8
	}
	t := &Table{Text: s, opt: opt}
	if t.Dialect, err = guessDialect(s.Name, head, len(head) < origin.HeadSize, opt); err != nil {
		return nil, err
	}
	if opt.Known != nil {
		t.adapt()
	}
	if t.end = s.Size; len(t.sample) > 0 {
		end, err := io.ReadAll(s.Part(max(0, s.Size-1<<16), s.Size))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.Name, err)
		}
		t.cutTotal(end, s.Size)
	}
	t.Columns = make([]*Column, len(t.Header))
	for j := range t.Columns {
		t.Columns[j] = new(Column)
	}
	t.whens, err = t.findWhens()
	return t, err
}

// include adds what was counted of a block, after those before.
func (t *Table) include(p *profiler, c *counted) error {
	before := t.Columns[0].Rows
	for j := range t.Columns {
		if t.Columns[j].Merge(&c.columns[j], p.most); t.Columns[j].Many {
			p.many[j].Store(true)
		}
	}
	for i, w := range t.whens {
		w.record.Merge(&c.whens[i], p.most)
	}
	if c.second.Line > 0 && t.second.Line == 0 {
		t.second, t.aboveSecond = c.second, before+c.aboveSecond
	}
	if t.foot.n > 0 && c.columns[0].Rows > 0 {
		return t.ragged(t.Name, t.foot.Line, 1)
	}
	t.foot.merge(c.foot.example)
	t.foot.n += c.foot.n
	t.garbled += c.garbled
	return nil
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
	bytes   int
	strange
}

// count makes the records of a block's columns.
func (t *Table) count(p *profiler, b *block) (*counted, error) {
	c := &counted{columns: make([]Column, len(t.Header)), whens: make([]Column, len(t.whens)), bytes: len(b.data)}
	if t.Text.Encoding != "" {
		c.garbled = bytes.Count(b.data, []byte("\ufffd"))
	} else if !utf8.Valid(b.data) {
		return nil, errNotUTF8
	}
	worker := *p // with a cache of days of its own
	var text []byte
	meanings := make([]meaning, len(t.Header))
	err := t.each(t.Name, b, func(cells [][]byte, raw []byte, line int64) error {
		for j, cell := range cells {
			meanings[j] = worker.add(&c.columns[j], j, cell, line)
		}
		if c.second.Line == 0 && t.isHeader(cells, meanings) {
			c.second.see(bytes.TrimSpace(raw), line)
			c.aboveSecond = c.columns[0].Rows - 1
		}
		for i, w := range t.whens {
			text = w.text(text[:0], cells, &worker.reader)
			worker.when(w, &c.whens[i], text, cells, line)
		}
		return nil
	})
	c.foot = b.foot
	return c, err
}

// isHeader reports whether a row is like a header: in the columns of numbers and times, of
// which it fills two at least, it holds nothing but words; or it is the header once more.
func (t *Table) isHeader(cells [][]byte, meanings []meaning) bool {
	words := 0
	for _, j := range t.typed {
		switch meanings[j] {
		case value, mark:
			return false
		case word:
			words++
		}
	}
	if words == 0 || words == 1 && len(t.typed) > 1 {
		return false
	}
	same := true
	for _, j := range t.typed {
		if len(cells[j]) > 0 && isDigit(cells[j][0]) || looksTimed.Match(cells[j]) {
			return false
		}
		same = same && string(cells[j]) == t.Header[j]
	}
	return words > 1 || same
}
