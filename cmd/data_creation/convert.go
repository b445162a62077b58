package main

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"

	"mlpipeline/internal/artifact"
	"mlpipeline/internal/cli"
	"mlpipeline/internal/csv"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/importer"
	"mlpipeline/internal/table"
)

// writer converts tables and splits their rows.
type writer struct {
	*options
	totals
	parts   []*part
	rejects *artifact.File // nil for none
	names   map[string]string
}

func (w *writer) cleanup() {
	for _, p := range w.parts {
		p.file.Cleanup()
	}
	if w.rejects != nil {
		w.rejects.Cleanup()
	}
}

// sortMemory is about what a sorter holds before it writes to disk.
const sortMemory = 40 << 20

// write converts a table: as it comes where its rows are in order of time or have
// none, else through a sorter.
func (w *writer) write(ctx context.Context, t *importer.Table, name string) error {
	s := &splitter{o: w.options, header: t.Names(), from: map[string]dataset.Time{}, apart: t.MayTellApart()}
	s.name = func(group string) string {
		if w.By == "" {
			return name
		}
		return name + "-" + safe(group)
	}
	defer func() { w.parts = append(w.parts, s.parts...) }()
	if w.SplitKey != "" && t.Time != nil {
		return fmt.Errorf("%s: is split in time, by %q; -split-key needs -time ''", t.Name, t.Time.Name)
	}
	var left leftOut
	rows := w.asTheyCome(ctx, t, &left)
	s.rows = func(string) int64 { return t.Rows() }
	if w.By != "" || !t.InOrder() {
		sorter := importer.NewSorter(w.out, sortMemory)
		defer sorter.Close()
		if err := w.sort(ctx, t, s, sorter, &left); err != nil {
			return err
		}
		s.rows = func(group string) int64 { return sorter.Groups[group] }
		rows = sorter.Rows(ctx)
	}
	if err := s.addAll(ctx, rows); err != nil {
		return err
	}
	if err := s.check(w.test, t.Time != nil); err != nil {
		return fmt.Errorf("%s: %w", t.Name, err)
	}
	w.say(t, s, &left)
	w.totals.add(&s.totals)
	return nil
}

// leftOut is what of a source was not written.
type leftOut struct {
	noTime, noGroup, blank, cells int64
	first                         []importer.Reject
	whole                         bool // all chunks were seen
}

// leave includes what a chunk leaves out, and writes the cells that were not what their
// column is.
func (w *writer) leave(t *importer.Table, c *importer.Chunk, left *leftOut) (err error) {
	left.noTime += c.NoTime
	left.noGroup += c.NoGroup
	left.blank += c.Blank
	left.cells += int64(len(c.Rejects))
	left.first = append(left.first, c.Rejects[:min(3-len(left.first), len(c.Rejects))]...)
	if w.rejects == nil {
		return nil
	}
	var b []byte
	for _, r := range c.Rejects {
		b = csv.AppendRecord(b, t.Name, strconv.FormatInt(r.Line, 10), r.Column, r.Value, r.Reason)
	}
	_, err = w.rejects.Write(b)
	return err
}

// counted yields the chunks of a table and, the first time, sees what they leave out.
func (w *writer) counted(t *importer.Table, chunks iter.Seq2[*importer.Chunk, error],
	left *leftOut) iter.Seq2[*importer.Chunk, error] {
	return func(yield func(*importer.Chunk, error) bool) {
		bar := w.Progress(t.Size, cli.Bytes, t.Name)
		defer bar.Clear()
		for chunk, err := range chunks {
			if err == nil && !left.whole {
				err = w.leave(t, chunk, left)
			}
			if !yield(chunk, err) || err != nil {
				return
			}
			bar.Add(chunk.Bytes)
		}
		left.whole = true
	}
}

// asTheyCome yields the rows of a table one by one.
func (w *writer) asTheyCome(ctx context.Context, t *importer.Table, left *leftOut) iter.Seq2[*importer.Row, error] {
	return func(yield func(*importer.Row, error) bool) {
		for chunk, err := range w.counted(t, t.Chunks(ctx, w.Workers), left) {
			if err != nil {
				yield(nil, err)
				return
			}
			for i := range chunk.Rows {
				if !yield(&chunk.Rows[i], nil) {
					return
				}
			}
		}
	}
}

// sort hands the rows to a sorter, by dataset and time.
func (w *writer) sort(ctx context.Context, t *importer.Table, s *splitter, sorter *importer.Sorter,
	left *leftOut) error {
	for chunk, err := range w.counted(t, t.Sorted(ctx, w.Workers), left) {
		if err == nil {
			err = sorter.Add(chunk)
		}
		if err != nil {
			return err
		}
	}
	const most = 10000
	if len(sorter.Groups) > most {
		return fmt.Errorf("%s: column %q has more than %d values; -by takes one that has few", t.Name, w.By, most)
	}
	return w.checkGroups(t, s, sorter.Groups)
}

// checkGroups reports two values of -by that would make one file.
func (w *writer) checkGroups(t *importer.Table, s *splitter, groups map[string]int64) error {
	for group := range groups {
		name := strings.ToLower(s.name(group))
		if other, taken := w.names[name]; taken {
			return fmt.Errorf("%s: column %q: the values %q and %q would make one file", t.Name, w.By, min(group, other),
				max(group, other))
		}
		w.names[name] = group
	}
	return nil
}

// say tells what was done with a table.
func (w *writer) say(t *importer.Table, s *splitter, left *leftOut) {
	notef := func(format string, args ...any) { w.Logf("%s: %s", t.Name, fmt.Sprintf(format, args...)) }
	w.Table(profileTable(t), " columns, listed in the manifest")
	for _, said := range t.Said() {
		notef("%s", said)
	}
	if j := slices.Index(t.Header, w.SplitKey); j >= 0 && t.Kind(j) == importer.Category {
		notef("%q keeps its rows together, so that a model meets no level of it in training and in a test; -drop %s leaves it out",
			w.SplitKey, table.ShellWord(w.SplitKey))
	}
	if left.cells > 0 {
		var first []string
		for _, r := range left.first {
			first = append(first, fmt.Sprintf("%q in line %d of %q is %s", r.Value, r.Line, r.Column, r.Reason))
		}
		w.Warnf("%s: %s, and now missing: %s; -rejects FILE lists them all", t.Name, cli.Plural(left.cells,
			"cell is not what its column is", "cells are not what their column is"), strings.Join(first, ", "))
	}
	for _, l := range []struct {
		n        int64
		why, try string
	}{{left.noTime, "without a time that can be read", "; -time '' keeps them, and splits by a hash"},
		{left.noGroup, "without a value of " + w.By, "; fill it in, or choose another -by"},
		{left.blank, "with no cell filled", ""}} {
		if l.n > 0 {
			w.Warnf("%s: %s left out, %s%s", t.Name, cli.Plural(l.n, "row is", "rows are"), l.why, l.try)
		}
	}
	if len(s.untested) > 0 && w.By != "" {
		hint := ", each at one time"
		if t.Time == nil {
			hint = "; a larger -test changes that"
		}
		w.Warnf("%s: %s too small to be tested, with all rows to train on: %s%s", t.Name,
			cli.Plural(len(s.untested), "dataset is", "datasets are"), table.Quote(s.untested), hint)
	}
	if !t.InOrder() && w.By == "" && w.Zone == nil { // of a zone an hour comes twice
		notef("the rows were not in order of time; sorted")
	}
	if s.repeats > 0 {
		atLeast := ""
		if s.atLeast {
			atLeast = "at least "
		}
		notef("%s%s of others; all were kept", atLeast, cli.Plural(s.repeats, "row is an exact repeat", "rows are exact repeats"))
	}
	if s.sameTime > 0 {
		hint := ""
		if apart := s.tellApart(); len(apart) > 0 {
			hint = fmt.Sprintf("; %s would tell them apart: -by makes one dataset of each value", table.Quote(apart))
		}
		notef("%s their time with the row before%s", cli.Plural(s.sameTime, "row shares", "rows share"), hint)
	}
}

// profileTable is the profile of the columns.
func profileTable(t *importer.Table) dataframe.DataFrame {
	var cols [6][]string
	for j, name := range t.Header {
		low, high := t.Bounds(j)
		example, missing := t.Columns[j].Example(), fmt.Sprint(t.Missing(j))
		for k, cell := range []string{name, string(t.Kind(j)), example, missing, low, high} {
			cols[k] = append(cols[k], cell)
		}
	}
	return dataframe.New(series.New(cols[0], series.String, "column"), series.New(cols[1], series.String, "is"),
		series.New(cols[2], series.String, "example"), series.New(cols[3], series.String, "missing"),
		series.New(cols[4], series.String, "minimum"), series.New(cols[5], series.String, "maximum"))
}
