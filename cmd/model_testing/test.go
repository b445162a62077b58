package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"sort"
	"sync"

	"mlpipeline/internal/artifact"
	"mlpipeline/internal/cli"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/design"
	"mlpipeline/internal/metrics"
	"mlpipeline/internal/regression"
	"mlpipeline/internal/scaler"
	"mlpipeline/internal/table"
)

// result is what is made of a block: its errors on rows that the manifest
// calls normal (all, where it says nothing) and on the others, and its lines
// of -predictions.
type result struct {
	normal, anomalous metrics.Errors
	lines             []byte
}

// test predicts the rows of the test files and sums the errors per file.
func test(ctx context.Context, o *options, s *scaler.Scaler, m *regression.Model, stdin io.Reader) ([]metrics.Dataset, error) {
	paths := o.Args()
	if len(paths) == 0 {
		paths = []string{"data/test"}
	}
	files, err := table.Open(paths, stdin, s.Time)
	if err != nil {
		return nil, err
	}
	inputs := append(table.Paths(files), o.scaler, o.model, regression.Twin(o.model))
	if err := cli.Distinct([]string{o.metrics, o.predictions}, inputs); err != nil {
		return nil, err
	}
	if o.predictions != "" && filepath.Clean(o.predictions) == filepath.Clean(o.metrics) {
		return nil, cli.Usagef("-metrics and -predictions are the same file %s", o.metrics)
	}
	manifests, err := dataset.Beside(table.Paths(files))
	if err != nil {
		return nil, err
	}
	truths := make([]*dataset.Truth, len(files))
	for i, f := range files {
		if e, ok := manifests.Entry(f.Path); ok {
			truths[i] = e.Truth
		}
	}
	var predictions *artifact.File
	if o.predictions != "" {
		if predictions, err = artifact.Create(o.predictions); err != nil {
			return nil, err
		}
		o.written = predictions
		if _, err := predictions.Write([]byte("dataset,timestamp,actual,predicted,residual\n")); err != nil {
			return nil, err
		}
	}

	trained := newTrained(append(s.IDs(), m.IDs()...))
	memory := sync.Pool{New: func() any { return new(scratch) }}
	var datasets []metrics.Dataset
	var normal, anomalous metrics.Errors
	var bytes, rows int64
	move, finish := o.Progress(table.Size(files), o.Name())
	scan := design.Scan[result]{
		Design: &s.Design, Workers: o.Workers, Unknown: true,
		Progress: func(n int) { bytes += int64(n); move(n) },
		Work: func(r *design.Rows) (result, error) {
			t := memory.Get().(*scratch)
			defer memory.Put(t)
			t.predict(s, m, r)
			res := t.score(m, r, truths[r.File])
			if predictions != nil {
				res.lines = lines(files[r.File].Name, r, t.predicted)
			}
			return res, nil
		},
		Merge: func(_ int, res result) error {
			normal.Merge(&res.normal)
			anomalous.Merge(&res.anomalous)
			if predictions == nil {
				return nil
			}
			_, err := predictions.Write(res.lines)
			return err
		},
		Done: func(file int, id dataset.ID, _ int64) error {
			path := files[file].Path
			if err := manifests.Verify(path, id); err != nil {
				return err
			}
			if err := trained.leak(path, id); err != nil {
				if !o.allowLeak {
					return err
				}
				o.Warnf("%v", err)
			}
			var floor *float64
			if t := truths[file]; t != nil {
				floor = &t.IrreducibleVariance
			}
			datasets = append(datasets, metrics.NewDataset(id, normal, anomalous, floor))
			rows += id.Rows
			normal, anomalous = metrics.Errors{}, metrics.Errors{}
			return nil
		},
	}
	err = scan.Run(ctx, files)
	finish()
	if err != nil {
		return nil, err
	}
	if predictions != nil {
		if err := predictions.Finish(); err != nil {
			return nil, err
		}
	}
	scored := int64(0)
	for i := range datasets {
		scored += datasets[i].Rows
	}
	o.Logf("%d files, %d rows, %d scored; %s in %s", len(files), rows, scored, cli.Megabytes(bytes), o.Took())
	return datasets, nil
}

// trained knows the scaler's and the model's files.
type trained struct {
	hashes map[string]bool
	last   map[string]dataset.Time // of each name
}

func newTrained(ids []dataset.ID) *trained {
	t := &trained{map[string]bool{}, map[string]dataset.Time{}}
	for _, id := range ids {
		t.hashes[id.XXH64] = true
		if last, ok := t.last[id.Name]; !ok || last < id.Last {
			t.last[id.Name] = id.Last
		}
	}
	return t
}

// leak reports test rows that may be training rows.
func (t *trained) leak(path string, id dataset.ID) error {
	last, named := t.last[id.Name]
	switch {
	case t.hashes[id.XXH64]:
		return fmt.Errorf("%s: is a training file, byte for byte; test on other data, or use -allow-leak", path)
	case named && id.First == dataset.NoTime:
		return fmt.Errorf("%s: has the name of training data, and without a time column the two cannot be told apart; rename it, or use -allow-leak", path)
	case named && id.First <= last:
		return fmt.Errorf("%s: does not begin after the training data of the same name ends (%s); test on later data, or use -allow-leak", path, last)
	}
	return nil
}

// scratch is memory for the predictions of a block.
type scratch struct {
	predicted, climatology []float64
	apart                  [2]metrics.Sample // normal and anomalous rows
}

// predict sets t.predicted to ŷ of the rows, and t.climatology to what the
// season alone predicts.
func (t *scratch) predict(s *scaler.Scaler, m *regression.Model, r *design.Rows) {
	t.predicted = t.predicted[:0]
	for range r.N {
		t.predicted = append(t.predicted, m.Intercept)
	}
	s.AddProduct(t.predicted, m.Coef, r)
	t.climatology = t.climatology[:0]
	if len(m.Climatology) == 0 {
		return
	}
	for range r.N {
		t.climatology = append(t.climatology, m.Climatology[0])
	}
	for j, x := range r.X[m.SeasonFrom:m.SeasonTo] {
		mean, slope := m.Mean[m.SeasonFrom+j], m.Climatology[j+1]/m.Scale[m.SeasonFrom+j]
		for i, v := range x {
			t.climatology[i] += (v - mean) * slope
		}
	}
}

// score sums the errors of the rows that have a target.
func (t *scratch) score(m *regression.Model, r *design.Rows, truth *dataset.Truth) (res result) {
	all := metrics.Sample{Actual: r.Y, Predicted: t.predicted, Climatology: t.climatology, Prev: r.Prev, TrainMean: m.TrainMean}
	var ranges [][2]int64 // of anomalous rows that end in this block or later
	if truth != nil && r.N > 0 {
		i := sort.Search(len(truth.AnomalousRows), func(i int) bool { return truth.AnomalousRows[i][1] >= r.Index(0) })
		ranges = truth.AnomalousRows[i:]
	}
	if len(ranges) == 0 && !slices.ContainsFunc(r.Y, math.IsNaN) {
		res.normal.Add(&all)
		return res
	}
	for k := range t.apart {
		p := &t.apart[k]
		*p = metrics.Sample{Actual: p.Actual[:0], Predicted: p.Predicted[:0], Climatology: p.Climatology[:0], Prev: p.Prev[:0], TrainMean: m.TrainMean}
	}
	for i, y := range r.Y {
		for len(ranges) > 0 && ranges[0][1] < r.Index(i) {
			ranges = ranges[1:]
		}
		switch {
		case y != y:
		case len(ranges) > 0 && ranges[0][0] <= r.Index(i):
			t.apart[1].Append(&all, i)
		default:
			t.apart[0].Append(&all, i)
		}
	}
	res.normal.Add(&t.apart[0])
	res.anomalous.Add(&t.apart[1])
	return res
}

// lines are the rows of -predictions.
func lines(name string, r *design.Rows, predicted []float64) []byte {
	field := table.AppendField(nil, name)
	var b []byte
	for i, y := range r.Y {
		b = append(append(b, field...), ',')
		if len(r.Times) > 0 {
			b = r.Times[i].Append(b)
		}
		for _, v := range []float64{y, predicted[i], y - predicted[i]} {
			b = table.AppendFloat(append(b, ','), v)
		}
		b = append(b, '\n')
	}
	return b
}
