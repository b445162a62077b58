package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"
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
// calls normal (all, where it says nothing) and on the others, what is left in
// all of them, and its lines of -predictions.
type result struct {
	normal, anomalous metrics.Errors
	pattern           metrics.Pattern
	timeline          metrics.Timeline
	counts            metrics.Counts
	predicted         int   // rows
	outside           int64 // rows that are outside the training's range of a column
	lines             []byte
}

// measure is the stage: one pass over the test files that leaves error sums and,
// if they are wanted, a file with the predictions, among others.
func measure(ctx context.Context, o *options, stdin io.Reader, outputs *artifact.Set) (report *metrics.Report, err error) {
	s, m, fingerprint, err := readModel(o)
	if err != nil {
		return nil, err
	}
	files, manifests, err := open(o, s, stdin)
	if err != nil {
		return nil, err
	}
	p, err := newPredictor(s, m, files, manifests)
	if err != nil {
		return nil, err
	}
	if o.predictions != "" {
		if p.predictions, err = newPredictions(o, m, outputs); err != nil {
			return nil, err
		}
	}
	bar := o.Progress(table.Size(files), cli.Bytes, o.Name())
	defer bar.Clear()
	datasets, counts, unseen, err := reduce(ctx, o, s, p, manifests, bar)
	if err != nil {
		return nil, err
	}
	bar.Clear()
	if p.predictions != nil {
		if err := p.predictions.Finish(); err != nil {
			return nil, err
		}
	}
	if o.part != nil {
		report, err = metrics.NewPart(s.Fingerprint(), fingerprint, o.part, datasets, counts, unseen)
		return report, err
	}
	if report, err = metrics.New(s.Fingerprint(), fingerprint, datasets, counts, unseen); err != nil {
		return nil, err
	}
	var rows int64
	for _, d := range report.Datasets {
		rows += d.FileRows
	}
	predicted := ""
	if p.predictions != nil {
		predicted = fmt.Sprintf(", %d predicted in %s", p.predictions.rows, o.predictions)
	}
	o.Logf("%s, %s, %d scored%s%s; %s in %s", cli.Plural(len(files), "file", "files"), cli.Plural(rows, "row", "rows"),
		report.Rows, cli.Aside(report.Unscored), predicted, cli.Megabytes(bar.Done()), o.Took())
	if p.predictions != nil && p.predictions.rows == 0 {
		o.Warnf("no row could be predicted; the notes in %s say why", o.predictions)
	}
	return report, nil
}

// reduce is the pass over the files.
func reduce(ctx context.Context, o *options, s *scaler.Scaler, p *predictor, manifests *dataset.Manifests,
	bar *cli.Progress) (datasets []metrics.Dataset, counts *metrics.Counts, unseen design.Unseen, err error) {
	counts = new(metrics.Counts)
	ids := s.IDs()
	for _, id := range p.model.IDs() { // what was added to the model later
		if !s.Has(id.XXH64) {
			ids = append(ids, id)
		}
	}
	trained := newTrained(ids)
	scan := design.Scan[result]{Design: &s.Design, Workers: o.Workers, Manifests: manifests, Progress: bar.Add, Unknown: true,
		Previous: s.Time != "" || len(s.Lags) > 0, All: p.predictions != nil, Texts: o.keep,
		Work: p.work, Merge: (*result).merge,
		Each: func(_ int, block *result) error {
			counts.Merge(&block.counts)
			if p.predictions == nil {
				return nil
			}
			p.predictions.rows += block.predicted
			_, err := p.predictions.Write(block.lines)
			return err
		}}
	for file, err := range scan.Files(ctx, p.files) {
		if err != nil {
			return nil, nil, unseen, err
		}
		if err := trained.leak(file.Path, file.ID); err != nil && !manifests.Apart(file.Path, ids) {
			if !o.allowLeak {
				return nil, nil, unseen, fmt.Errorf("%w; test on other data, or use -allow-leak", err)
			}
			o.Warnf("%v; its figures say nothing of new data", err)
		}
		truth, sums := p.truths[file.File], &file.Sum
		d := metrics.NewDataset(file.ID, file.Left, sums.normal, sums.anomalous, sums.pattern, truth.noiseFloor())
		_, d.Irregular = file.Steps.Irregular()
		d.Unseen = file.Unseen.Cells
		d.Outside, d.Series = sums.outside, sums.timeline.Series()
		unseen.Merge(file.Unseen)
		if d.Rows == 0 && p.predictions == nil {
			o.Warnf("%s: none of its %s can be scored%s; -predictions FILE says why of each", file.Path,
				cli.Plural(file.Rows, "row", "rows"), cli.Aside(file.Left))
		}
		datasets = append(datasets, d)
	}
	return datasets, counts, unseen, nil
}

// merge includes the errors of a block.
func (r *result) merge(block result) {
	r.normal.Merge(&block.normal)
	r.anomalous.Merge(&block.anomalous)
	r.pattern.Join(&block.pattern)
	r.timeline.Join(&block.timeline)
	r.outside += block.outside
}

// readModel reads the scaler and the model, which must belong together.
func readModel(o *options) (*scaler.Scaler, *regression.Model, string, error) {
	s, err := scaler.Read(o.scaler)
	if err != nil {
		return nil, nil, "", err
	}
	m, fingerprint, err := regression.ReadLight(o.model)
	if err != nil {
		return nil, nil, "", err
	}
	if err := regression.CheckTwin(o.model, fingerprint); err != nil {
		o.Warnf("%v; the model itself is whole, and used", err)
	}
	if m.Scaler != s.Fingerprint() {
		return nil, nil, "", fmt.Errorf("%s was trained with another scaler than %s; run model_preparation again",
			o.model, o.scaler)
	}
	if !m.Follows(s) {
		return nil, nil, "", fmt.Errorf("%s: its columns are not those of %s; run model_preparation again", o.model, o.scaler)
	}
	return s, m, fingerprint, nil
}

// open opens the test files, none of which may be overwritten.
func open(o *options, s *scaler.Scaler, stdin io.Reader) ([]*table.File, *dataset.Manifests, error) {
	paths := o.Args()
	if len(paths) == 0 {
		paths = []string{"data/test"}
	}
	files, found, manifests, err := table.OpenPart(o.part, paths, stdin, s.Time)
	if err != nil {
		return nil, nil, err
	}
	inputs := slices.Concat(found, manifests.Paths(), []string{o.scaler, o.model, regression.Twin(o.model)})
	return files, manifests, o.checkOutputs(inputs)
}

// trained knows the scaler's and the model's files.
type trained struct {
	dataset.Known
	last map[string]dataset.Time // of each name
}

func newTrained(ids []dataset.ID) *trained {
	t := &trained{last: map[string]dataset.Time{}}
	for _, id := range ids {
		t.Add(id)
		if last, ok := t.last[id.Name]; !ok || last < id.Last {
			t.last[id.Name] = id.Last
		}
	}
	return t
}

// leak reports test rows that may be training rows.
func (t *trained) leak(path string, id dataset.ID) error {
	last, named := t.last[id.Name]
	switch what := t.Find(id, dataset.Leak); {
	case what != "":
		return fmt.Errorf("%s: has %s, a training file", path, what)
	case named && id.First != dataset.NoTime && id.First <= last: // without time, only the rows tell
		return fmt.Errorf("%s: does not begin after the training data of the same name ends (%s)", path, last)
	}
	return nil
}

// predictor makes results of blocks.
type predictor struct {
	model       *regression.Model
	scale       *metrics.Scale
	low, high   []float64 // ranges of the columns in training
	files       []*table.File
	truths      []*truth     // per file; nil where nothing is known
	predictions *predictions // nil for none
	memory      sync.Pool
}

func newPredictor(s *scaler.Scaler, m *regression.Model, files []*table.File, manifests *dataset.Manifests) (
	*predictor, error) {
	p := &predictor{model: m, scale: m.ErrorScale(), files: files, low: s.DataMin, high: s.DataMax}
	for _, f := range files {
		truth, err := newTruth(manifests.Entry(f.Path))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Path, err)
		}
		p.truths = append(p.truths, truth)
	}
	return p, nil
}

// scratch is memory for one block.
type scratch struct {
	predicted, climatology []float64
	leverage, spread       []float64
	residual               []float64         // of all rows of the block
	anomalous              []bool            // of the usable rows; empty where none is
	apart                  [2]metrics.Sample // normal and anomalous rows
}

// work predicts the rows of a block and sums their errors.
func (p *predictor) work(r *design.Rows) (res result, err error) {
	t, ok := p.memory.Get().(*scratch)
	if !ok {
		t = new(scratch)
	}
	defer p.memory.Put(t)
	t.predicted = slices.Grow(t.predicted[:0], r.N)[:r.N]
	p.model.Predict(t.predicted, r)
	t.climatology = t.climatology[:0]
	if len(p.model.Climatology) > 0 {
		t.climatology = slices.Grow(t.climatology, r.N)[:r.N]
		p.model.PredictSeason(t.climatology, r)
	}
	t.leverage = slices.Grow(t.leverage[:0], r.N)[:r.N]
	p.model.Leverage(t.leverage, r)
	t.spread = t.spread[:0]
	if p.model.Band.Sigma > 0 {
		t.spread = slices.Grow(t.spread, r.N)[:r.N]
		p.model.Spread(t.spread, t.leverage)
	}
	all := metrics.Sample{Actual: r.Y, Predicted: t.predicted, Spread: t.spread, Scale: p.scale,
		Climatology: t.climatology, Prev: r.Prev, TrainMean: p.model.TrainMean}
	res = t.score(&all, r, p.truths[r.File])
	res.timeline.Add(&all, r.Times, t.anomalous)
	res.counts.Add(&all)
	res.outside = p.outside(r)
	res.pattern.Add(&all, r.Times, t.residuals(r))
	if p.predictions != nil {
		res.predicted = r.N
		res.lines = p.lines(r, t)
	}
	return res, nil
}

// outside returns how many rows with a target are outside the training's range of a
// column that is not of the calendar.
func (p *predictor) outside(r *design.Rows) (n int64) {
	var columns []int
	for j, x := range r.X {
		if x == nil || j >= p.model.SeasonFrom && j < p.model.SeasonTo {
			continue
		}
		low, high := p.low[j], p.high[j]
		for _, v := range x {
			if v < low || v > high {
				columns = append(columns, j)
				break
			}
		}
	}
	if len(columns) == 0 {
		return 0
	}
	for i, y := range r.Y {
		out := func(j int) bool { return r.X[j][i] < p.low[j] || r.X[j][i] > p.high[j] }
		if y == y && slices.ContainsFunc(columns, out) {
			n++
		}
	}
	return n
}

// residuals returns those of all rows of the block, NaN where there is none.
func (t *scratch) residuals(r *design.Rows) []float64 {
	t.residual = slices.Grow(t.residual[:0], r.Every.N)[:r.Every.N]
	if r.N < r.Every.N {
		for i := range t.residual {
			t.residual[i] = math.NaN()
		}
	}
	for i, y := range r.Y {
		t.residual[r.Place(i)] = y - t.predicted[i]
	}
	return t.residual
}

// score sums the errors of the rows that have a target.
func (t *scratch) score(all *metrics.Sample, r *design.Rows, truth *truth) (res result) {
	var marks []bool // of the rows from the block's first used one on
	if r.N > 0 {
		marks = truth.anomalous(r.Index(0), r.Index(r.N-1)+1)
	}
	t.anomalous = t.anomalous[:0]
	if marks == nil && !slices.ContainsFunc(r.Y, math.IsNaN) {
		res.normal.Add(all)
		return res
	}
	for k := range t.apart {
		p := &t.apart[k]
		*p = metrics.Sample{Actual: p.Actual[:0], Predicted: p.Predicted[:0], Spread: p.Spread[:0], Scale: all.Scale,
			Climatology: p.Climatology[:0], Prev: p.Prev[:0], TrainMean: all.TrainMean}
	}
	for i, y := range r.Y {
		anomalous := marks != nil && marks[r.Index(i)-r.Index(0)]
		t.anomalous = append(t.anomalous, anomalous)
		switch {
		case y != y:
		case anomalous:
			t.apart[1].Append(all, i)
		default:
			t.apart[0].Append(all, i)
		}
	}
	res.normal.Add(&t.apart[0])
	res.anomalous.Add(&t.apart[1])
	return res
}
