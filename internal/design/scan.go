package design

import (
	"context"
	"iter"
	"slices"
	"sync"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/ordered"
	"mlpipeline/internal/table"
)

// Scan is one pass over files, as rows of X and y. R is what is made of them.
type Scan[R any] struct {
	*Design
	Workers   int
	Manifests *dataset.Manifests // that the files must agree with; nil for none
	Progress  func(bytes int)    // is told how much has been read; nil for nobody
	Unknown   bool               // keep rows without a target too
	Previous  bool               // tell the target of the row before, lags or not
	Gaps      bool               // count what each feature costs
	All       bool               // tell of all rows, and what keeps them from being used; a file may lack the target
	Texts     []string           // columns to hand on as they are written; with All
	Ahead     bool               // with All: Work predicts rows whose lags are predictions, by Rows.Ahead
	Past      [][]float64        // of each file: the targets before its first row, oldest first; nil where none is known
	Rival     *Scan[R]           // whose rows of the same blocks Rows.Rival are, by another design; nil for none

	Work  func(*Rows) (R, error)         // makes a result of a block, on any core; nil where rows are only counted
	Merge func(file *R, block R)         // adds it to that of its file, in order; nil where there is nothing to add
	Each  func(file int, block *R) error // before that looks at it; nil for nobody

	terms      []Term
	lagNames   []string
	features   []string         // numbers first, then words
	numeric    int              // how many of them are numbers
	columnOf   []map[string]int // of each category: the column of X of a word
	longestLag int              // rows of the target that are remembered from block to block
	rows       sync.Pool
}

// Result is what a scan has got of a file.
type Result[R any] struct {
	File int // index of the file
	Path string
	dataset.ID
	Tally
	Rival dataset.ID // what the scan's rival, if it has one, knows of the file
	Tail  []float64  // with lags: the last targets, as many as the longest lag, oldest first
	Sum   R          // of the results of its blocks
}

// Tally says what became of the rows of a file, or of a block.
type Tally struct {
	Used int64        // rows that were usable
	Left dataset.Left // the others; rows without a target in a Scan with Unknown are in both
	// Gaps are what each feature costs, in a Scan with Gaps; see Design.Lacking. Nil for
	// none.
	Gaps []Gap
	// Steps are the distances in time from row to row, with lags.
	Steps  Steps
	Times  int64  // different times, each row's and the one before it
	Unseen Unseen // among the cells of the used rows
}

// Merge includes the rows of o.
func (t *Tally) Merge(o Tally) {
	t.Used += o.Used
	t.Left.Merge(o.Left)
	t.Steps.Merge(o.Steps)
	t.Times += o.Times
	t.Unseen.Merge(o.Unseen)
	t.Gaps = mergeGaps(t.Gaps, o.Gaps)
}

// block is a block of a file on its way through the cores.
type block[R any] struct {
	*table.Block
	before <-chan carry // what the block before it leaves, which it waits for
	after  chan<- carry // what it leaves for the next
	tally  Tally
	tail   []float64 // of an End: the file's last targets
	result R
}

// carry is what a block must know of the rows before it in its file.
type carry struct {
	rows, used int64
	targets    []float64    // the last ones, oldest first
	last       dataset.Time // of the last row
	rival      *carry       // what the scan's rival must know
}

// Files scans the files and yields each of them, in order, once it has been read to its
// end and is what its manifest says.
func (s *Scan[R]) Files(ctx context.Context, files []*table.File) iter.Seq2[*Result[R], error] {
	s.prepare()
	return func(yield func(*Result[R], error) bool) {
		file := new(Result[R])
		for b, err := range ordered.Map(ctx, s.Workers, s.blocks(files), s.process) {
			if err == nil {
				err = b.Describe(&file.ID)
			}
			if err == nil && b.Also != nil {
				err = b.Also.Describe(&file.Rival)
			}
			switch {
			case err != nil:
			case b.End != "":
				file.File, file.Path, file.Tail = b.File, files[b.File].Path, b.tail
				err = s.Manifests.Verify(file.Path, file.ID)
			default:
				file.Tally.Merge(b.tally)
				if s.Each != nil {
					err = s.Each(b.File, &b.result)
				}
				if s.Merge != nil {
					s.Merge(&file.Sum, b.result)
				}
				if s.Progress != nil {
					s.Progress(b.Bytes())
				}
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if b.End != "" {
				if !yield(file, nil) {
					return
				}
				file = new(Result[R])
			}
			b.Free()
		}
	}
}

// prepare sets what holds for all blocks.
func (s *Scan[R]) prepare() {
	if s.Rival != nil {
		s.Rival.prepare()
	}
	s.terms = s.Terms()
	s.lagNames = s.LagNames()
	s.features = s.Lacking()
	s.numeric = len(s.features) - len(s.Categories)
	s.columnOf = nil
	for _, t := range s.terms {
		switch t.Kind {
		case Word:
			s.columnOf = append(s.columnOf, s.category(t.Name).columnOf(t.From))
		case Clock:
			s.columnOf = append(s.columnOf, (&Category{Levels: t.Made.Levels}).columnOf(t.From))
		}
	}
	s.longestLag = 0
	if s.Previous {
		s.longestLag = 1
	}
	if n := len(s.Lags); n > 0 {
		s.longestLag = s.Lags[n-1]
	}
}

// columns are what is read of the files.
func (s *Scan[R]) columns() *table.Scan {
	if s == nil {
		return nil
	}
	csv := &table.Scan{Time: s.Time, Columns: append(slices.Clone(s.features[:s.numeric]), s.Target),
		Categories: s.features[s.numeric:], Texts: s.Texts, Also: s.Rival.columns()}
	if s.All {
		csv.Optional = s.Target
	}
	return csv
}

// blocks cuts the files into blocks, and ties each to the one before it in its file.
func (s *Scan[R]) blocks(files []*table.File) iter.Seq2[*block[R], error] {
	csv := s.columns()
	return func(yield func(*block[R], error) bool) {
		for i, f := range files {
			before := make(chan carry, 1)
			before <- s.begin(i)
			for b, err := range csv.Blocks(f) {
				if err != nil {
					yield(nil, err)
					return
				}
				b.File = i
				after := make(chan carry, 1)
				if !yield(&block[R]{Block: b, before: before, after: after}, nil) {
					return
				}
				before = after
			}
		}
	}
}

// process makes the result of a block. The block after it gets what it waits for even if
// this one fails.
func (s *Scan[R]) process(b *block[R]) (*block[R], error) {
	if b.End != "" {
		b.tail = (<-b.before).targets
		return b, nil
	}
	err := b.Parse()
	if err == nil && b.Also != nil {
		err = b.Also.Parse()
	}
	before := <-b.before
	if err != nil {
		b.after <- before
		return nil, err
	}
	rows := s.newRows()
	defer s.rows.Put(rows)
	err = s.usableRows(rows, b.Block, before, &b.tally)
	if after := s.next(before, b.Block, b.tally.Used); s.waits(b.Block, before) {
		rows.Ahead = s.ahead(b.Block, before)
		defer func() { b.after <- after }()
	} else {
		rows.Ahead = nil
		b.after <- after
	}
	if err != nil {
		return nil, err
	}
	for i, t := range b.Times {
		if i > 0 && t != b.Times[i-1] || i == 0 && (before.rows == 0 || t != before.last) {
			b.tally.Times++
		}
	}
	if len(s.Lags) > 0 {
		b.tally.Steps.Add(b.Times, before.last, before.rows > 0)
	}
	if s.Work == nil {
		return b, nil
	}
	s.makeXY(rows, b.Block, before)
	b.tally.Unseen.add(rows.Codes)
	if s.Rival != nil {
		if rows.Rival, err = s.Rival.rowsOf(b.Also, *before.rival); err != nil {
			return nil, err
		}
		defer s.Rival.rows.Put(rows.Rival)
	}
	b.result, err = s.Work(rows)
	return b, err
}

// rowsOf makes the rows of a block whose tally nobody keeps.
func (s *Scan[R]) rowsOf(b *table.Block, before carry) (*Rows, error) {
	rows := s.newRows()
	if err := s.usableRows(rows, b, before, new(Tally)); err != nil {
		return nil, err
	}
	s.makeXY(rows, b, before)
	return rows, nil
}

// newRows are rows, with the memory of some that are not needed any more.
func (s *Scan[R]) newRows() *Rows {
	if rows, ok := s.rows.Get().(*Rows); ok {
		return rows
	}
	return new(Rows)
}

// begin is what is known before the first row of a file.
func (s *Scan[R]) begin(file int) (before carry) {
	if file < len(s.Past) {
		before.targets = s.Past[file]
	}
	if s.Rival != nil {
		rival := s.Rival.begin(file)
		before.rival = &rival
	}
	return before
}

// next is what a block leaves for the one after it.
func (s *Scan[R]) next(before carry, b *table.Block, used int64) carry {
	after := carry{rows: before.rows + int64(b.Rows), used: before.used + used, last: before.last}
	if n := len(b.Times); n > 0 {
		after.last = b.Times[n-1]
	}
	if s.longestLag > 0 {
		y := target(b)
		all := slices.Concat(before.targets, y[max(0, len(y)-s.longestLag):])
		after.targets = all[max(0, len(all)-s.longestLag):]
	}
	if s.Rival != nil {
		rival := s.Rival.next(*before.rival, b.Also, 0)
		after.rival = &rival
	}
	return after
}
