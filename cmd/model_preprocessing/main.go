// Model_preprocessing fits a standard scaler on training data.
//
// Usage:
//
//	model_preprocessing [flags] [PATH...]
//	model_preprocessing -merge [-o FILE] SCALER...
//
// PATH is a CSV file (.csv or .csv.gz), a folder of them, or - for standard
// input; by default data/train. One pass over the rows finds the mean and the
// population variance of every column of X: the chosen columns, then sines and
// cosines of the calendar (annual_sin_1, annual_cos_1, ...; the year is 365.2425
// days, the phase counts from 1970-01-01T00:00:00Z), then lags of the target
// (TARGET_lag_1, ...). They are written to models/scaler.json with what is
// needed to merge scalers exactly. Units are those of the data.
//
// The target and the time column are those that data/manifest.json names, if
// PATH lies beside one; else temperature and timestamp.
//
// Example:
//
//	$ model_preprocessing -daily 1
//	model_preprocessing: 2 files, 3200 rows, 3200 used; 4 columns, 6 harmonics, 0 lags; 0.142 MB in 0.00957 s → models/scaler.json
//
// Exit status: 0 done, 1 it could not be done, 2 the command line is wrong.
package main

import (
	"context"
	_ "embed"
	"encoding/csv"
	"io"
	"strings"

	"mlpipeline/internal/artifact"
	"mlpipeline/internal/cli"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/design"
	"mlpipeline/internal/scaler"
	"mlpipeline/internal/table"
)

//go:embed main.go
var source string

func main() { cli.Main(run) }

// options is the command line.
type options struct {
	*cli.Program
	out, write string
	merge      bool
	design.Design
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	o := options{Program: cli.New("model_preprocessing", source, stdout, stderr)}
	o.StringVar(&o.out, "o", "models/scaler.json", "write the scaler to `FILE`")
	o.StringVar(&o.Target, "target", "temperature", "`COLUMN` to be predicted; the manifest's, if there is one")
	o.StringVar(&o.Time, "time", "timestamp", "`COLUMN` with the time, '' for none; the manifest's, if there is one")
	features := o.String("features", "",
		"`LIST` of columns, written as CSV; '' for none (default every numeric column but those two)")
	o.IntVar(&o.Annual, "annual", 2, "sine/cosine `PAIRS` of the year")
	o.IntVar(&o.Daily, "daily", 0, "sine/cosine `PAIRS` of the day")
	lags := o.String("lags", "", "`LIST` of lags of the target in rows, such as 1,2,7")
	missing := o.String("missing", "drop", "a row with a missing feature: `POLICY` drop, error, or mean")
	o.StringVar(&o.write, "write", "", "also write the scaled rows to `DIR`, one CSV per input")
	o.BoolVar(&o.merge, "merge", false, "PATHs are scaler files: merge them exactly")
	if err := o.Parse(args); err != nil {
		return err
	}
	if o.merge {
		if err := o.Merges("o"); err != nil {
			return err
		}
		return merge(&o)
	}
	var err error
	if o.Lags, err = design.ParseLags(*lags); err != nil {
		return cli.Usagef("-lags: %w", err)
	}
	o.Missing = design.Policy(*missing)
	o.Features = []string{}
	if *features != "" {
		if o.Features, err = csv.NewReader(strings.NewReader(*features)).Read(); err != nil {
			return cli.Usagef("-features %s: %w", *features, err)
		}
	}
	if o.Time == "" && !o.IsSet("annual") {
		o.Annual = 0
	}
	if err := o.CheckSettings(); err != nil {
		return cli.Usagef("%w", err)
	}
	return fit(ctx, &o, stdin)
}

// fit is the stage: one pass over the files that leaves their moments.
func fit(ctx context.Context, o *options, stdin io.Reader) error {
	files, manifests, err := open(o, stdin)
	if err != nil {
		return err
	}
	bar := o.Progress(table.Size(files), o.Name())
	defer bar.Clear()
	datasets, err := reduce(ctx, o, files, manifests, bar)
	if err != nil {
		return err
	}
	bar.Clear()
	s, err := scaler.New(o.Design, datasets)
	if err != nil {
		return err
	}
	for j, name := range s.FeatureNamesOut {
		if s.Constant(j) {
			o.Warnf("column %q is constant (%v): its scale is 1 and its coefficient will be 0", name, s.Mean[j])
		}
	}
	var scaled []*artifact.File
	defer func() {
		for _, f := range scaled {
			f.Cleanup()
		}
	}()
	if o.write != "" {
		if scaled, err = writeScaled(ctx, o, s, files); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := scaler.Kind.WriteJSON(o.out, s); err != nil {
		return err
	}
	if err := artifact.Commit(scaled...); err != nil {
		return err
	}
	var rows int64
	var dropped dataset.Left
	for _, d := range s.Datasets {
		rows += d.Rows
		dropped.Merge(d.Dropped)
	}
	from, to := o.Harmonics()
	o.Logf("%d files, %d rows, %d used%s; %d columns, %d harmonics, %d lags; %s in %s → %s", len(files), rows, s.Used(),
		cli.Aside(dropped),
		len(o.Features), to-from, len(o.Lags), cli.Megabytes(bar.Done()), o.Took(), o.out)
	return nil
}

// reduce is the pass over the files.
func reduce(ctx context.Context, o *options, files []*table.File, manifests *dataset.Manifests, bar *cli.Progress) (
	datasets []scaler.Dataset, err error) {
	var columns scaler.Columns
	scan := design.Scan[scaler.Columns]{Design: &o.Design, Workers: o.Workers, Work: scaler.Reduce}
	for part, err := range scan.Parts(ctx, files) {
		if err != nil {
			return nil, err
		}
		columns.Merge(part.Result)
		bar.Add(part.Bytes)
		end := part.End
		if end == nil {
			continue
		}
		path := files[part.File].Path
		if err := manifests.Verify(path, end.ID); err != nil {
			return nil, err
		}
		step, irregular := end.Steps.Irregular()
		if irregular > 0 {
			o.Warnf("%s: %d of %d rows are not one step (%v) behind the row before; a lag counts rows, not time",
				path, irregular, end.Rows, step)
		}
		datasets = append(datasets, scaler.Dataset{
			ID: end.ID, Used: end.Used, Dropped: end.Left, Irregular: irregular, Moments: columns})
		columns = nil
	}
	return datasets, nil
}

// merge joins scalers of different files.
func merge(o *options) error {
	parts := make([]*scaler.Scaler, o.NArg())
	for i, path := range o.Args() {
		var err error
		if parts[i], err = scaler.Read(path); err != nil {
			return err
		}
	}
	s, err := scaler.Merge(parts)
	if err != nil {
		return err
	}
	if err := scaler.Kind.WriteJSON(o.out, s); err != nil {
		return err
	}
	o.Logf("%d scalers of %d files → %s", len(parts), len(s.Datasets), o.out)
	return nil
}
