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
	in, err := open(ctx, o, s, stdin)
	if err != nil {
		return err
	}
	s.Sketches = nil // not needed any more, and with many columns as large as a triangle
	bar := o.Progress(table.Size(in.files), cli.Bytes, o.Name())
	defer bar.Clear()
	datasets, err := in.readFiles(ctx, o, s, bar)
	if err != nil {
		return err
	}
	bar.Clear()
	var rows int64
	for _, d := range datasets {
		rows += d.Used
	}
	shape := fmt.Sprintf("%s, %s used", cli.Plural(len(in.files), "file", "files"), cli.Plural(rows, "row", "rows"))
	size := cli.Megabytes(bar.Done())
	if o.shard != nil {
		shard, _, err := regression.NewShard(in.settings, o.shard, datasets).Encode()
		if err != nil {
			return err
		}
		if err := artifact.WriteFile(o.out, shard...); err != nil {
			return err
		}
		o.Logf("%v: %s; %s in %s → %s", o.shard, shape, size, o.Took(), o.out)
		return nil
	}
	model, summary, err := regression.New(in.settings, append(datasets, in.old.Datasets...))
	if err != nil {
		return err
	}
	if shape += ", " + size; len(in.old.Datasets) > 0 {
		shape += fmt.Sprintf("; with the %s before, %d rows", cli.Plural(len(in.old.Datasets), "file", "files"),
			summary.Rows)
	}
	if err := publish(ctx, o, s, model, summary, in.base); err != nil {
		return err
	}
	say(o, summary, shape)
	sayNext(o, s, model)
	return nil
}

// inputs are what is trained on.
type inputs struct {
	files     []*table.File
	manifests *dataset.Manifests
	used      []int64           // usable rows of each file, which the folds need to know
	known     []*scaler.Dataset // what the scaler knows of each file; nil for nothing
	old       *regression.Model
	settings  regression.Settings
	base      string // fingerprint of the old model; "" for none
}

func open(ctx context.Context, o *options, s *scaler.Scaler, stdin io.Reader) (*inputs, error) {
	paths := o.Args()
	if len(paths) == 0 {
		paths = []string{"data/train"}
	}
	in := new(inputs)
	files, found, manifests, err := table.OpenShard(o.shard, paths, stdin, s.Time)
	if err != nil {
		return nil, err
	}
	in.files, in.manifests = files, manifests
	inputs := slices.Concat(found, manifests.Paths(), []string{o.scaler})
	if err := o.checkOutputs(inputs); err != nil {
		return nil, err
	}
	if err := in.readOld(o, s); err != nil {
		return nil, err
	}
	return in, in.countRows(ctx, o, s)
}

// readFiles is the pass over the files.
func (in *inputs) readFiles(ctx context.Context, o *options, s *scaler.Scaler,
	bar *cli.Progress) (datasets []regression.Dataset, err error) {
	var inModel dataset.Known
	for _, d := range in.old.Datasets {
		inModel.Add(d.ID)
	}
	factorizer := regression.NewFactorizer(s, &in.settings, in.used)
	scan := design.Scan[regression.Folds]{Design: &s.Design, Workers: o.Workers, Manifests: in.manifests, Progress: bar.Add,
		Work: factorizer.Gather, Merge: (*regression.Folds).Merge}
	for file, err := range scan.Files(ctx, in.files) {
		if err != nil {
			return nil, err
		}
		changed := in.known[file.File] != nil && in.known[file.File].XXH64 != file.XXH64
		switch {
		case changed && o.append:
			return nil, fmt.Errorf("%s: is not the file of this name and time that %s was fitted on; "+
				"run model_preprocessing again, or give it another name", file.Path, o.scaler)
		case changed || file.Used != in.used[file.File]:
			return nil, fmt.Errorf("%s: changed since %s was fitted; run model_preprocessing again", file.Path, o.scaler)
		}
		if what := inModel.Find(file.ID, dataset.Twice); what != "" {
			return nil, fmt.Errorf("%s: has %s, on which %s was trained already; -append takes new files only", file.Path,
				what, o.out)
		}
		if unseen := file.Unseen; unseen.Cells > 0 {
			o.Warnf("%s: %v%s; model_preprocessing on all files would give them columns", file.Path, unseen,
				unseen.Near(&s.Design))
		}
		file.Sum.Finish()
		step, _ := file.Steps.Irregular()
		datasets = append(datasets, regression.Dataset{ID: file.ID, Used: file.Used, Folds: file.Sum,
			Tail: file.Tail, Step: dataset.Time(step.Microseconds())})
	}
	return datasets, nil
}

// readOld sets the model that -append adds to, an empty one if there is none, and
// what to train with.
func (in *inputs) readOld(o *options, s *scaler.Scaler) error {
	in.old = new(regression.Model)
	in.settings = regression.SettingsOf(s, regression.Fit{Auto: o.auto, Alpha: o.alpha, Folds: o.folds, Select: o.choose})
	if !o.append {
		return nil
	}
	old, fingerprint, err := regression.Read(o.out)
	if errors.Is(err, fs.ErrNotExist) {
		o.Logf("there is no model %s to add to: this is a new one", o.out)
		return nil
	}
	switch {
	case err != nil:
		return err
	case old.Scaler != s.Fingerprint():
		return fmt.Errorf("%s: was trained with another scaler than %s; name its own with -scaler, or train "+
			"without -append", o.out, o.scaler)
	case !old.Follows(s):
		return fmt.Errorf("%s: its columns are not those of %s; train without -append", o.out, o.scaler)
	case o.IsSet("alpha") && (old.Auto != o.auto || old.Alpha != o.alpha) || o.IsSet("folds") && old.Folds != o.folds:
		return cli.Usagef("-append goes on with the settings of %s: alpha %s, %d folds", o.out, old.AlphaName(),
			old.Folds)
	}
	in.old, in.settings, in.base = old, old.Settings, fingerprint
	return nil
}

// countRows sets how many rows of each file can be used: from the scaler where
// the file is known to it, else by reading it.
func (in *inputs) countRows(ctx context.Context, o *options, s *scaler.Scaler) error {
	in.used, in.known = make([]int64, len(in.files)), make([]*scaler.Dataset, len(in.files))
	var unseen []*table.File
	var which []int
	for i, f := range in.files {
		k, known := slices.BinarySearchFunc(s.Datasets, dataset.ID{Name: f.Name, First: f.First},
			func(d scaler.Dataset, id dataset.ID) int { return dataset.Compare(d.ID, id) })
		switch {
		case known:
			in.used[i], in.known[i] = s.Datasets[k].Used, &s.Datasets[k]
		case !o.append:
			return fmt.Errorf("%s: %s has not seen this file; run model_preprocessing on it too, or use -append",
				f.Path, o.scaler)
		case f.Stream():
			return cli.Usagef("%s: -append reads new files twice, which a pipe cannot give; save it in a file", f.Path)
		default:
			unseen, which = append(unseen, f), append(which, i)
		}
	}
	scan := design.Scan[struct{}]{Design: &s.Design, Workers: o.Workers}
	for file, err := range scan.Files(ctx, unseen) {
		if err != nil {
			return err
		}
		in.used[which[file.File]] = file.Used
	}
	return nil
}
