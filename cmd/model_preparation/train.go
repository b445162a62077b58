package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"mlpipeline/internal/artifact"
	"mlpipeline/internal/cli"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/design"
	"mlpipeline/internal/regression"
	"mlpipeline/internal/scaler"
	"mlpipeline/internal/table"
)

// train is the stage: one pass over the files that leaves their factors.
func train(ctx context.Context, o *options, s *scaler.Scaler, stdin io.Reader) error {
	paths := o.Args()
	if len(paths) == 0 {
		paths = []string{"data/train"}
	}
	files, err := table.Open(paths, stdin, s.Time)
	if err != nil {
		return err
	}
	if err := artifact.Distinct([]string{o.out, regression.Twin(o.out)}, append(table.Paths(files), o.scaler)); err != nil {
		return cli.Usagef("%w", err)
	}
	manifests, err := dataset.Beside(table.Paths(files), paths)
	if err != nil {
		return err
	}
	old, settings, err := oldModel(o, s)
	if err != nil {
		return err
	}
	used, known, err := countRows(ctx, o, s, files)
	if err != nil {
		return err
	}

	datasets := slices.Clone(old.Datasets)
	var inModel dataset.Known
	for _, d := range datasets {
		inModel.Add(d.ID)
	}
	var folds regression.Folds
	var bytes, rows int64
	reducer := regression.Reducer{Scaler: s, Folds: settings.Folds}
	scan := design.Scan[regression.Folds]{Design: &s.Design, Workers: o.Workers,
		Work: func(r *design.Rows) (regression.Folds, error) { return reducer.Reduce(r, used[r.File]), nil }}
	move, finish := o.Progress(table.Size(files), o.Name())
	defer finish()
	for part, err := range scan.Parts(ctx, files) {
		if err != nil {
			return err
		}
		folds.Merge(part.Result)
		bytes += int64(part.Bytes)
		move(part.Bytes)
		if part.End == nil {
			continue
		}
		path, id, n := files[part.File].Path, part.End.ID, part.End.Used
		if err := manifests.Verify(path, id); err != nil {
			return err
		}
		if _, same := s.Find(id.XXH64); known[part.File] && !same || n != used[part.File] {
			return fmt.Errorf("%s: changed since %s was fitted; run model_preprocessing again", path, o.scaler)
		}
		if what := inModel.Find(id); what != "" {
			return fmt.Errorf("%s: has %s, on which %s was trained already; -append takes new files only", path, what, o.out)
		}
		datasets = append(datasets, regression.Dataset{ID: id, Used: n, Folds: folds})
		rows += n
		folds = nil
	}
	finish()
	model, summary, err := regression.New(settings, datasets)
	if err != nil {
		return err
	}
	shape := fmt.Sprintf("%d files, %d rows used, %s", len(files), rows, cli.Megabytes(bytes))
	if n := len(old.Datasets); n > 0 {
		shape += fmt.Sprintf("; with the %d files before, %d rows", n, summary.Rows)
	}
	return write(ctx, o, model, summary, shape)
}

// oldModel returns the model that -append adds to, an empty one if there is
// none, and what to train with.
func oldModel(o *options, s *scaler.Scaler) (*regression.Model, regression.Settings, error) {
	from, to := s.Harmonics()
	settings := regression.Settings{
		Scaler: s.Fingerprint(), Target: s.Target, Names: s.FeatureNamesOut, Mean: s.Mean, Scale: s.Scale,
		TargetMean: s.TargetMean, SeasonFrom: from, SeasonTo: to, Auto: o.auto, Alpha: o.alpha, Folds: o.folds,
	}
	if !o.append {
		return new(regression.Model), settings, nil
	}
	old, fingerprint, err := regression.Read(o.out)
	if errors.Is(err, fs.ErrNotExist) {
		o.Logf("there is no model %s to add to: this is a new one", o.out)
		return new(regression.Model), settings, nil
	}
	switch {
	case err != nil:
		return nil, settings, err
	case old.Scaler != s.Fingerprint():
		return nil, settings, fmt.Errorf("%s: was trained with another scaler than %s; name its own with -scaler, or train without -append", o.out, o.scaler)
	case o.IsSet("alpha") && (old.Auto != o.auto || old.Alpha != o.alpha) || o.IsSet("folds") && old.Folds != o.folds:
		return nil, settings, cli.Usagef("-append goes on with the settings of %s: alpha %s, %d folds", o.out, old.AlphaName(), old.Folds)
	}
	o.base = fingerprint
	return old, old.Settings, nil
}

// countRows returns how many rows of each file can be used, which the folds
// need to know: from the scaler where the file is known to it, else by reading
// it.
func countRows(ctx context.Context, o *options, s *scaler.Scaler, files []*table.File) (used []int64, known []bool, err error) {
	type key struct {
		name  string
		first dataset.Time
	}
	seen := make(map[key]int64, len(s.Datasets))
	for _, d := range s.Datasets {
		seen[key{d.Name, d.First}] = d.Used
	}
	used, known = make([]int64, len(files)), make([]bool, len(files))
	var unseen []*table.File
	var which []int
	for i, f := range files {
		used[i], known[i] = seen[key{f.Name, f.First}]
		switch {
		case known[i]:
		case !o.append:
			return nil, nil, fmt.Errorf("%s: %s has not seen this file; run model_preprocessing on it too, or use -append", f.Path, o.scaler)
		case f.Stream():
			return nil, nil, cli.Usagef("%s: -append reads new files twice, which a pipe cannot give", f.Path)
		default:
			unseen, which = append(unseen, f), append(which, i)
		}
	}
	if len(unseen) == 0 {
		return used, known, nil
	}
	scan := design.Scan[struct{}]{Design: &s.Design, Workers: o.Workers,
		Work: func(*design.Rows) (struct{}, error) { return struct{}{}, nil }}
	for part, err := range scan.Parts(ctx, unseen) {
		if err != nil {
			return nil, nil, err
		}
		if part.End != nil {
			used[which[part.File]] = part.End.Used
		}
	}
	return used, known, nil
}
