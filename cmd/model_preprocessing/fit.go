package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"mlpipeline/internal/artifact"
	"mlpipeline/internal/cli"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/design"
	"mlpipeline/internal/moments"
	"mlpipeline/internal/scaler"
	"mlpipeline/internal/table"
)

// fit is the stage: one pass over the files that leaves their moments.
func fit(ctx context.Context, o *options, stdin io.Reader) error {
	files, manifests, err := open(o, stdin)
	if err != nil {
		return err
	}
	bar := o.Progress(table.Size(files), cli.Bytes, o.Name())
	defer bar.Clear()
	datasets, sketches, err := readFiles(ctx, o, files, manifests, bar)
	if err != nil {
		return err
	}
	bar.Clear()
	if o.shard != nil {
		s := scaler.NewShard(o.Design, o.shard, datasets, sketches)
		if err := scaler.Kind.WriteJSON(o.out, s); err != nil {
			return err
		}
		o.Logf("%v: %s, %s used; %s in %s → %s", o.shard, cli.Plural(len(files), "file", "files"),
			cli.Plural(s.Used(), "row", "rows"), cli.Megabytes(bar.Done()), o.Took(), o.out)
		return nil
	}
	s, err := finish(ctx, o, o.Design, datasets, sketches, files)
	if err != nil {
		return err
	}
	var rows int64
	var dropped dataset.Left
	for _, d := range s.Datasets {
		rows += d.Rows
		dropped.Merge(d.Dropped)
	}
	from, to := s.Harmonics()
	o.Logf("%s, %s, %d used%s; %s, %s, %s; %s in %s → %s", cli.Plural(len(files), "file", "files"),
		cli.Plural(rows, "row", "rows"), s.Used(), cli.Aside(dropped), cli.Plural(from, "column", "columns"),
		cli.Plural(to-from, "harmonic", "harmonics"), cli.Plural(len(o.Lags), "lag", "lags"), cli.Megabytes(bar.Done()),
		o.Took(), o.out)
	return nil
}

// readFiles is the pass over the files.
func readFiles(ctx context.Context, o *options, files []*table.File, manifests *dataset.Manifests, bar *cli.Progress) (
	datasets []scaler.Dataset, sketches []*moments.Sketch, err error) {
	unfinished := o.Design.Unfinished()
	sketcher := scaler.NewSketcher(&unfinished)
	scan := design.Scan[scaler.Sums]{Design: &unfinished, Workers: o.Workers, Manifests: manifests, Progress: bar.Add,
		Gaps: true, Merge: (*scaler.Sums).Merge, Work: func(rows *design.Rows) (scaler.Sums, error) {
			sketcher.Add(rows)
			return scaler.Of(rows)
		}}
	for file, err := range scan.Files(ctx, files) {
		if err != nil {
			return nil, nil, err
		}
		if len(o.Lags) > 0 && file.Times > 0 && file.Rows >= 2*file.Times {
			return nil, nil, fmt.Errorf("%s: has %d rows of %d different times, and lags need one row a time; data_creation "+
				"-import FILE -by COLUMN makes a dataset of each station, or use no -lags", file.Path, file.Rows, file.Times)
		}
		if outlived := o.Outlived(file.Last); outlived != "" {
			o.Warnf("%s: %s", file.Path, outlived)
		}
		step, irregular := file.Steps.Irregular()
		if irregular > 0 {
			o.Warnf("%s: %d of %d rows are not one step (%v) after the row before; a lag counts rows, not time: "+
				"rows that have nothing but a time would fill the gaps", file.Path, irregular, file.Rows, step)
		}
		datasets = append(datasets, scaler.Dataset{ID: file.ID, Used: file.Used, Dropped: file.Left, Times: file.Times,
			Irregular: irregular, Gaps: file.Gaps, Sums: file.Sum})
	}
	return datasets, sketcher.Sketches(), nil
}

// merge joins scalers of different files, or the shards of one.
func merge(ctx context.Context, o *options) error {
	if err := dataset.CheckOutputs([]artifact.Output{scaler.Kind.At(o.out)}, o.Args()); err != nil {
		return cli.Usagef("%w", err)
	}
	var scalers []*scaler.Scaler
	for _, path := range o.Args() {
		s, err := scaler.ReadShard(path)
		if err != nil {
			return err
		}
		scalers = append(scalers, s)
	}
	d, datasets, sketches, err := scaler.Join(scalers)
	if err != nil {
		return err
	}
	if _, err := finish(ctx, o, d, datasets, sketches, nil); err != nil {
		return err
	}
	o.Logf("%s of %s → %s", cli.Plural(len(scalers), "scaler", "scalers"), cli.Plural(len(datasets), "file", "files"), o.out)
	return nil
}

// finish makes the scaler of all datasets and writes it, and the scaled rows of the files
// if they are asked for.
func finish(ctx context.Context, o *options, d design.Design, datasets []scaler.Dataset, sketches []*moments.Sketch,
	files []*table.File) (*scaler.Scaler, error) {
	if err := sayCost(o, &d, datasets); err != nil {
		return nil, err
	}
	s, err := scaler.New(d, datasets, sketches)
	if err != nil {
		return nil, err
	}
	say(o, s)
	var outputs artifact.Set
	defer outputs.Cleanup()
	if o.write != "" {
		if err := writeScaled(ctx, o, s, files, &outputs); err != nil {
			return nil, err
		}
	}
	if err := cmp.Or(ctx.Err(), outputs.WriteJSON(scaler.Kind, o.out, s)); err != nil {
		return nil, err
	}
	return s, outputs.Commit()
}

// say tells the categories and the terms, and what is doubtful.
func say(o *options, s *scaler.Scaler) {
	var all []string
	for _, c := range s.Categories {
		if len(c.Levels) > 0 {
			all = append(all, fmt.Sprintf("%s (%s)", c.Name, cli.Plural(len(c.Levels), "level", "levels")))
		}
	}
	if len(all) > 0 {
		o.Logf("categories: %s", strings.Join(all, ", "))
	}
	sayTerms(o, s)
	for _, finding := range s.Findings() {
		o.Warnf("%s", finding)
	}
	sayCalendar(o, s)
}

// sayCalendar tells what the calendar is for, or would be.
func sayCalendar(o *options, s *scaler.Scaler) {
	if s.AnnualAuto && s.Annual == 0 {
		o.Logf("no harmonics of the year: no dataset spans a year with rows of different seasons; -annual %d takes them "+
			"all the same", design.UsualAnnual)
	}
	const day = dataset.Time(24 * time.Hour / time.Microsecond)
	several := func(d scaler.Dataset) bool { // rows a day, not all of them at midnight
		return d.Rows > 1 && (d.Last-d.First)/dataset.Time(d.Rows-1) <= day/2 && (d.First%day != 0 || d.Last%day != 0)
	}
	hourly := func(t design.Spec) bool { return t.Kind == design.Clock && strings.HasPrefix(t.Name, "hour") }
	if (s.Annual > 0 || s.AnnualAuto) && s.Daily == 0 && slices.ContainsFunc(s.Datasets, several) &&
		!slices.ContainsFunc(s.Made, hourly) {
		o.Logf("there are several rows a day; -daily 2 adds columns for the time of day")
	}
}
