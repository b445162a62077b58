package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"iter"
	"math"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/importer"
)

// splitter writes rows, in order of their datasets and of time, to the parts of
// the datasets: the first to train on and the last for testing or, without a time,
// by their hash.
type splitter struct {
	o      *options
	header []string
	name   func(group string) string
	rows   func(group string) int64 // with a time, of a dataset
	from   map[string]dataset.Time  // where testing begins, if it is settled
	apart  map[int]bool             // columns that may tell rows of one time apart
	parts  []*part                  // of all datasets
	seen   map[uint64]bool          // hashes of the rows of one time, or of all
	values map[int]map[string]bool  // of the columns in apart, in rows of one time
	totals                          // over all datasets
	open   *splitDataset            // that rows belong to now
	last   rowText                  // the row before
}

// rowText is a row that was written, and the hash of what it was written from.
type rowText struct {
	line  []byte
	whole uint64
}

// totals are what is to be said of the rows.
type totals struct {
	datasets, trained, tested int64
	sameTime, repeats         int64
	atLeast                   bool     // there may be more repeats
	untested                  []string // datasets whose rows are all to train on
}

// splitDataset is a dataset being written.
type splitDataset struct {
	group       string
	train, test *part        // nil without a row
	want        int64        // rows to train on
	last        dataset.Time // of the row before
	times       int64        // different ones
}

// rows is how many a part has.
func (p *part) rows() int64 {
	if p == nil {
		return 0
	}
	return p.entry.Rows
}

const mostSeen = 1 << 18 // rows without a time among which repeats are looked for

// add writes a row.
func (s *splitter) add(row *importer.Row) error {
	if s.open == nil || s.open.group != row.Group {
		if err := s.end(); err != nil {
			return err
		}
		s.open = &splitDataset{group: row.Group, last: dataset.NoTime}
		if row.Time != dataset.NoTime {
			n := s.rows(row.Group)
			s.open.want = n - int64(float64(n)*s.o.test)
		}
		s.seen = nil
	}
	d := s.open
	s.look(row)
	var test bool
	if row.Time == dataset.NoTime {
		test = isTest(row.Hash, s.o.seed, s.o.test)
	} else if from, settled := s.from[row.Group]; settled {
		test = row.Time >= from
	} else {
		test = d.test != nil || d.train.rows() >= d.want && row.Time != d.last
	}
	if row.Time != d.last {
		d.times++
	}
	d.last = row.Time
	if test {
		return s.write(&d.test, "test", row)
	}
	return s.write(&d.train, "train", row)
}

// addAll writes rows, in order of their datasets and of time: again if it has turned
// out only after them where the testing of a dataset begins.
func (s *splitter) addAll(ctx context.Context, rows iter.Seq2[*importer.Row, error]) error {
	for {
		settled := len(s.from)
		for row, err := range rows {
			if err == nil {
				err = cmp.Or(s.add(row), ctx.Err())
			}
			if err != nil {
				return err
			}
		}
		if err := s.end(); err != nil || len(s.from) == settled {
			return err
		}
		s.drop()
	}
}

// isTest reports whether a row without a time is tested.
func isTest(hash, seed uint64, share float64) bool {
	for range 2 { // splitmix64's finalizer (S. Vigna), of the salted hash
		hash ^= seed
		hash = (hash ^ hash>>30) * 0xbf58476d1ce4e5b9
		hash = (hash ^ hash>>27) * 0x94d049bb133111eb
		hash ^= hash >> 31
	}
	return float64(hash>>11) < share*(1<<53)
}

// write puts a row into a part, which begins with it if there is none.
func (s *splitter) write(p **part, which string, row *importer.Row) (err error) {
	if *p == nil {
		if *p, err = newPart(s.o.out, which, s.name(s.open.group), s.header); *p != nil {
			s.parts = append(s.parts, *p)
		}
		if err != nil {
			return err
		}
	}
	return (*p).add(row.Line, 1, row.Time, row.Time)
}

// end finishes the dataset that is open.
func (s *splitter) end() error {
	d := s.open
	if d == nil {
		return nil
	}
	for _, p := range []*part{d.train, d.test} {
		if p == nil {
			continue
		}
		if err := p.finish(); err != nil {
			return err
		}
	}
	s.datasets, s.trained, s.tested = s.datasets+1, s.trained+d.train.rows(), s.tested+d.test.rows()
	if s.o.test > 0 && d.test == nil {
		if _, settled := s.from[d.group]; !settled && d.times > 1 { // all of the last rows share their time
			s.from[d.group] = d.last
			return nil
		}
		s.untested = append(s.untested, s.name(d.group))
	}
	return nil
}

// check reports data that leave nothing to train or to test on.
func (t *totals) check(test float64, timed bool) error {
	if (t.trained > 0 || test == 1) && (t.tested > 0 || test == 0) {
		return nil
	}
	hint := "use another -test; rows that share their time stay together"
	if !timed {
		hint = "use another -test (0 trains on all, 1 tests all) or -seed"
	}
	return fmt.Errorf("%d rows leave %d to train and %d to test; %s", t.trained+t.tested, t.trained, t.tested, hint)
}

// look counts rows that share their time, and those that are the same in all
// cells; and finds out which columns tell rows of one time apart.
func (s *splitter) look(row *importer.Row) {
	timed := row.Time != dataset.NoTime
	if timed && (s.open.times == 0 || row.Time != s.open.last) {
		s.seen, s.values = nil, nil
		s.last = rowText{append(s.last.line[:0], row.Line...), row.Whole}
		return
	}
	if timed {
		s.sameTime++
		if s.seen == nil { // the row before is the first of this time
			s.seen = map[uint64]bool{s.last.whole: true}
			s.tell(s.last.line)
		}
		s.tell(row.Line)
	}
	if s.seen == nil {
		s.seen = map[uint64]bool{}
	}
	switch {
	case s.seen[row.Whole]:
		s.repeats++
	case len(s.seen) < mostSeen:
		s.seen[row.Whole] = true
	default:
		s.atLeast = true
	}
}

// tell strikes out the columns in which a row is like another of its time.
func (s *splitter) tell(line []byte) {
	if len(s.apart) == 0 {
		return
	}
	cells, err := csv.NewReader(bytes.NewReader(line)).Read()
	if err != nil {
		clear(s.apart)
		return
	}
	if s.values == nil {
		s.values = map[int]map[string]bool{}
	}
	for j := range s.apart {
		if s.values[j] == nil {
			s.values[j] = map[string]bool{}
		}
		if s.values[j][cells[j]] {
			delete(s.apart, j)
		}
		s.values[j][cells[j]] = true
	}
}

// tellApart returns the columns that tell rows of one time apart.
func (s *splitter) tellApart() (names []string) {
	for j, name := range s.header {
		if s.apart[j] {
			names = append(names, name)
		}
	}
	return names
}

// share is the part of the rows that are tested.
func (t *totals) share() float64 {
	return math.Round(1000*float64(t.tested)/float64(max(1, t.trained+t.tested))) / 1000
}

// drop forgets the parts, to begin again.
func (s *splitter) drop() {
	for _, p := range s.parts {
		p.file.Cleanup()
	}
	s.parts, s.open, s.totals, s.seen = nil, nil, totals{}, nil
}

func (t *totals) add(o *totals) {
	t.datasets += o.datasets
	t.trained += o.trained
	t.tested += o.tested
}
