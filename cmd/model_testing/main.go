// Model_testing measures a model on test data.
//
// Usage:
//
//	model_testing [flags] [PATH...]
//	model_testing -shard I/N -metrics PART [flags] [PATH...]
//	model_testing -merge [flags] METRICS...
//
// PATH is a CSV file (.csv or .csv.gz), a folder of them, or - for standard
// input; by default data/test. One line on standard output gives the mean
// squared error, in the target's unit squared, and R² over all rows that have a
// target. More figures, over all and for every file, go to models/metrics.json:
// among them the skill against baselines that know only the training mean, only
// the season, or only the row before. Rows that cannot be scored are counted by
// reason; a gate also fails if they are more than half of those with a target
// (-min-scored). -predictions writes every
// row's prediction. A level of a category that training has not counts as the
// average category; the cells are counted, and said aloud.
//
// A test file that was a training file, or that goes on under its name before
// it ends, is refused.
//
// -shard tests on a part, every N-th of the files, wherever the others are tested: it
// prints no line and knows no gate. -merge of all parts writes what one run would.
//
// Example:
//
//	$ model_testing -quiet -min-r2 0.8
//	Model test MSE: 2.2572, R²: 0.8486
//
// Exit status: 0 done, 1 it could not be done, 2 the command line is wrong,
// 3 a quality gate (-min-r2, -max-mse, -min-skill, -min-scored) failed.
package main

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"math"
	"strconv"

	"mlpipeline/internal/artifact"
	"mlpipeline/internal/cli"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/metrics"
)

//go:embed main.go
var source string

func main() { cli.Main(run) }

// options is the command line.
type options struct {
	*cli.Program
	scaler, model, metrics, predictions string
	minR2, maxMSE, minSkill             float64 // NaN for no gate
	minScored                           float64
	digits                              int
	allowLeak, merge                    bool
	part                                *dataset.Part // nil without -shard
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	o := options{Program: cli.New("model_testing", source, stdout, stderr),
		minR2: math.NaN(), maxMSE: math.NaN(), minSkill: math.NaN(), minScored: 0.5}
	o.StringVar(&o.scaler, "scaler", "models/scaler.json", "read the scaler from `FILE`")
	o.StringVar(&o.model, "model", "models/model.gob", "read the model from `FILE`")
	o.StringVar(&o.metrics, "metrics", "models/metrics.json", "write all figures to `FILE`; '' for none")
	o.StringVar(&o.predictions, "predictions", "", "write the rows' predictions to `FILE`, as CSV")
	o.Func("min-r2", "fail with status 3 if R² is below `X`", number(&o.minR2))
	o.Func("max-mse", "fail with status 3 if the MSE is above `X`", number(&o.maxMSE))
	o.Func("min-skill", "fail with status 3 if the skill over the training mean is below `X`", number(&o.minSkill))
	o.IntVar(&o.digits, "digits", 4, "`DECIMALS` on standard output")
	o.BoolVar(&o.allowLeak, "allow-leak", false, "warn of test rows that may be training rows, where it would refuse")
	o.Func("shard", "test on a part only: of N parts of the files the `I/N`-th, 0/8 to 7/8", func(s string) (err error) {
		o.part, err = dataset.ParsePart(s)
		return err
	})
	o.BoolVar(&o.merge, "merge", false, "PATHs are metrics files, or all parts of one: merge them exactly")
	o.Func("min-scored", "with a gate, fail with status 3 if less than this `SHARE` of the rows with a target could be scored (default 0.5)", number(&o.minScored))
	if err := o.Parse(args); err != nil {
		return err
	}
	switch {
	case o.digits < 0 || o.digits > 17:
		return cli.Usagef("-digits %d is not between 0 and 17", o.digits)
	case !(o.minScored >= 0 && o.minScored <= 1):
		return cli.Usagef("-min-scored %v is not a share from 0 to 1", o.minScored)
	}
	if o.merge {
		if err := o.Merges("metrics", "digits", "min-r2", "max-mse", "min-skill", "min-scored"); err != nil {
			return err
		}
	}
	if o.part != nil {
		if err := o.Shards("metrics", "digits", "min-r2", "max-mse", "min-skill", "min-scored", "predictions"); err != nil {
			return err
		}
	}
	var report *metrics.Report
	var files []*artifact.File // finished
	defer func() {
		for _, f := range files {
			f.Cleanup()
		}
	}()
	var err error
	if o.merge {
		report, err = merge(&o)
	} else {
		report, files, err = measure(ctx, &o, stdin)
	}
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if o.metrics != "" {
		f, err := metrics.Kind.CreateJSON(o.metrics, report)
		if err != nil {
			return err
		}
		files = append(files, f)
	}
	if err := artifact.Commit(files...); err != nil {
		return err
	}
	if report.Part != nil {
		return nil
	}
	if _, err := fmt.Fprintf(stdout, "Model test MSE: %s, R²: %s\n", o.decimal(report.MSE),
		o.decimal(report.R2)); err != nil {
		return fmt.Errorf("standard output: %w", err)
	}
	warnOfUnscored(&o, report)
	return gate(&o, report)
}

// warnOfUnscored says that the figures are not of all rows with a target.
func warnOfUnscored(o *options, r *metrics.Report) {
	const most = 0.05 // of the rows may be left out without a warning
	if !(r.Scored() < 1-most) {
		return
	}
	left := r.Unscored.MissingFeature + r.Unscored.MissingLag
	hint := "; the figures are of the others"
	if r.Unscored.MissingFeature > 0 {
		hint += ". model_preprocessing -missing mean keeps rows without a feature"
	}
	o.Warnf("%d of %d rows with a target were not scored%s", left, r.Rows+left, hint)
}

// merge joins the reports on different files, or the parts of one.
func merge(o *options) (*metrics.Report, error) {
	parts := make([]*metrics.Report, o.NArg())
	for i, path := range o.Args() {
		parts[i] = new(metrics.Report)
		if err := metrics.Kind.ReadJSON(path, parts[i]); err != nil {
			return nil, err
		}
	}
	report, err := metrics.Merge(parts)
	if err == nil {
		o.Logf("%d reports of %d files, %d rows", len(parts), len(report.Datasets), report.Rows)
	}
	return report, err
}

// decimal writes a figure for standard output.
func (o *options) decimal(v *float64) string {
	if v == nil {
		return "n/a"
	}
	return strconv.FormatFloat(*v, 'f', o.digits, 64)
}
