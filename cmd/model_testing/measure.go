package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"slices"

	"mlpipeline/internal/artifact"
	"mlpipeline/internal/cli"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/design"
	"mlpipeline/internal/metrics"
	"mlpipeline/internal/regression"
	"mlpipeline/internal/scaler"
	"mlpipeline/internal/table"
)

// result is what is made of a block: its sums and its lines of -predictions.
type result struct {
	data      metrics.Dataset
	counts    metrics.Counts
	byBin     metrics.ResidualsByBin
	predicted int // rows
	ahead     int // of them those of predicted lags
	lines     []byte
	residual  []float64 // of all rows
	rival     []float64 // those of another model, if there is one
}

// measure is the stage: one pass over the test files that leaves sums and, if they are
// wanted, a file with the predictions, among others.
func measure(ctx context.Context, o *options, stdin io.Reader, outputs *artifact.Set) (*metrics.Report, error) {
	s, m, fingerprint, err := readModel(o, o.scaler, o.model)
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
	rival, err := newRival(o, m, s, files)
	if err != nil {
		return nil, err
	}
	p.rival = rival
	past := p.past(o, s)
	if o.predictions != "" {
		p.lookAhead(s)
		if p.predictions, err = newPredictions(o, m, outputs); err != nil {
			return nil, err
		}
	}
	bar := o.Progress(table.Size(files), cli.Bytes, o.Name())
	defer bar.Clear()
	sums := &metrics.Sums{Shard: o.shard, Scaler: s.Fingerprint(), Model: fingerprint, Columns: m.Columns,
		Training: m.Training, Terms: m.TermNames()}
	if rival != nil {
		sums.Against = rival.fingerprint
	}
	if err := scan(ctx, o, s, p, past, manifests, bar, sums); err != nil {
		return nil, err
	}
	bar.Clear()
	if p.predictions != nil {
		if err := p.predictions.Finish(); err != nil {
			return nil, err
		}
	}
	report, err := metrics.New(sums)
	if err == nil && o.shard == nil {
		sayRows(o, report, p.predictions, bar.Done())
		sayAhead(o, report, p.predictions)
	}
	return report, err
}

// scan is the pass over the files, which adds them to the sums.
func scan(ctx context.Context, o *options, s *scaler.Scaler, p *predictor, past [][]float64,
	manifests *dataset.Manifests, bar *cli.Progress, sums *metrics.Sums) error {
	known := []*trained{newTrained("", s.IDs(), p.model.IDs())}
	if r := p.rival; r != nil {
		known[0].of = " of " + o.model
		known = append(known, newTrained(" of "+o.against, r.scaler.IDs(), r.model.IDs()))
	}
	scan := design.Scan[result]{Design: &s.Design, Workers: o.Workers, Manifests: manifests, Progress: bar.Add, Unknown: true,
		Previous: s.Time != "" || len(s.Lags) > 0, All: p.predictions != nil, Texts: o.keep,
		Gaps: true, Past: past, Ahead: p.ahead != nil, Rival: p.rival.scan(p.predictions != nil),
		Work: p.work,
		Each: func(_ int, block *result) error {
			sums.Counts.Merge(&block.counts)
			sums.ByBin.Merge(block.byBin)
			return p.predictions.write(block)
		},
		Merge: func(file *result, block result) {
			file.data.Join(&block.data)
			file.data.Clusters.Add(block.residual, block.rival, s.Time != "")
		}}
	lacking := s.Lacking()
	for file, err := range scan.Files(ctx, p.files) {
		if errors.Is(err, table.ErrNoColumn) {
			return fmt.Errorf("%w; data_creation -like data/manifest.json -import FILE -out next reads a file as those of training "+
				"were read", err)
		}
		if err != nil {
			return err
		}
		ids := []dataset.ID{file.ID, file.ID}
		if p.rival != nil && !p.rival.sameRows { // whose columns count in the sketch
			ids[1] = file.Rival
		}
		for i, t := range known {
			if err := o.checkLeak(t, file.Path, ids[i], manifests); err != nil {
				return err
			}
		}
		if outlived := s.Outlived(file.Last); outlived != "" {
			o.Warnf("%s: %s", file.Path, outlived)
		}
		d := file.Sum.data
		d.ID, d.Unscored, d.Unseen = file.ID, file.Left, file.Unseen.Cells
		for j, c := range sums.Columns {
			if k := slices.Index(lacking, c.Name); k >= 0 && file.Gaps != nil {
				d.Cells[j].Dropped = file.Gaps[k].Rows
			}
		}
		d.NoiseFloor, d.Before = p.truths[file.File].noiseFloor(), p.truths[file.File].before()
		_, d.Irregular = file.Steps.Irregular()
		if d.Pattern.N == 0 && p.predictions == nil {
			o.Warnf("%s: none of its %s can be scored%s; -predictions FILE has a prediction of each, or why there is none",
				file.Path, cli.Plural(file.Rows, "row", "rows"), cli.Aside(file.Left))
		}
		sums.Datasets = append(sums.Datasets, d)
		sums.Unseen.Merge(file.Unseen)
	}
	return nil
}

// readModel reads a scaler and a model, which must belong together.
func readModel(o *options, scalerPath, modelPath string) (*scaler.Scaler, *regression.Model, string, error) {
	s, err := scaler.Read(scalerPath)
	if err != nil {
		return nil, nil, "", err
	}
	if len(s.Datasets) > 1000 { // which take much memory: garbage is not to double it
		debug.SetGCPercent(60)
	}
	m, fingerprint, err := regression.ReadLight(modelPath)
	if err != nil {
		return nil, nil, "", err
	}
	if err := regression.CheckTwin(modelPath, fingerprint); err != nil {
		o.Warnf("%v; the model itself is whole, and used", err)
	}
	if m.Scaler != s.Fingerprint() {
		hint := "run model_preparation again"
		if modelPath == o.against {
			hint = "name its own by -against-scaler"
		}
		return nil, nil, "", fmt.Errorf("%s was trained with another scaler than %s; %s", modelPath, scalerPath, hint)
	}
	if !m.Follows(s) {
		return nil, nil, "", fmt.Errorf("%s: its columns are not those of %s; run model_preparation again", modelPath, scalerPath)
	}
	return s, m, fingerprint, nil
}

// open opens the test files, none of which may be overwritten.
func open(o *options, s *scaler.Scaler, stdin io.Reader) ([]*table.File, *dataset.Manifests, error) {
	paths := o.Args()
	if len(paths) == 0 {
		paths = []string{"data/test"}
	}
	files, found, manifests, err := table.OpenShard(o.shard, paths, stdin, s.Time)
	if err != nil {
		return nil, nil, err
	}
	inputs := slices.Concat(found, manifests.Paths(), o.artifacts())
	return files, manifests, o.checkOutputs(inputs)
}

// trained knows the files that a scaler and a model were made of.
type trained struct {
	dataset.Known
	ids  []dataset.ID
	last map[string]dataset.Time // of each name
	of   string                  // which model, where there are two
}

func newTrained(of string, lists ...[]dataset.ID) *trained {
	t := &trained{last: map[string]dataset.Time{}, of: of}
	seen := map[string]bool{}
	for _, id := range slices.Concat(lists...) {
		if seen[id.XXH64] {
			continue
		}
		seen[id.XXH64] = true
		t.ids = append(t.ids, id)
		t.Add(id)
		if last, ok := t.last[id.Name]; !ok || last < id.Last {
			t.last[id.Name] = id.Last
		}
	}
	return t
}

// checkLeak refuses test rows that may be training rows, or warns of them with -allow-leak.
func (o *options) checkLeak(t *trained, path string, id dataset.ID, manifests *dataset.Manifests) error {
	err := t.leak(path, id)
	switch {
	case err == nil || manifests.Apart(path, t.ids):
		return nil
	case !o.allowLeak:
		return fmt.Errorf("%w; test on other data, or use -allow-leak", err)
	}
	o.Warnf("%v; its figures say nothing of new data", err)
	return nil
}

// leak reports test rows that may be training rows.
func (t *trained) leak(path string, id dataset.ID) error {
	last, named := t.last[id.Name]
	switch what := t.Find(id, dataset.Leak); {
	case what != "":
		return fmt.Errorf("%s: has %s, a training file%s", path, what, t.of)
	case named && id.First != dataset.NoTime && id.First <= last: // without time, only the rows tell
		return fmt.Errorf("%s: does not begin after the training data%s of the same name ends (%s)", path, t.of, last)
	}
	return nil
}
