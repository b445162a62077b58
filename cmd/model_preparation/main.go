// Model_preparation trains a least-squares regressor on training data.
//
// Usage:
//
//	model_preparation [flags] [PATH...]
//	model_preparation -shard I/N -o PART [flags] [PATH...]
//	model_preparation -merge [flags] MODEL...
//
// PATH is a CSV file (.csv or .csv.gz), a folder of them, or - for standard
// input; by default data/train. The columns of X and how they are scaled come
// from models/scaler.json; every file must be one that the scaler was fitted
// on. -append trains on other files and adds them to the model that is there,
// exactly: the result is the model of all. One pass over the rows reduces them to triangular
// factors (Householder QR, by blocks), from which everything else follows: the
// coefficients, their standard errors, K-fold cross-validation, and what every
// dataset does to the model of the others.
//
// It writes models/model.gob, for model_testing, and models/model.json, for
// people: coefficients in the units of the data (the target's per the column's)
// and on the scaled columns. Those of a category's levels are differences from its
// reference, the level that is most frequent in the scaler's files, whose own is 0;
// predictions do not depend on which it is. With -alpha there is no reference, and all
// levels are penalised alike. A level that no row has counts as the average category.
//
// -shard trains a part of the model, on every N-th of the files, wherever the others
// are trained: -merge of all parts writes what one run would.
//
// Example:
//
//	$ model_preparation -alpha auto
//	model_preparation: alpha 0.03162277660168379 chosen of 22 by cross-validation
//	model_preparation: cross-validation, 5 folds: MSE 1.8486 ± 0.5469, R² 0.8649
//	model_preparation: 2 files, 3200 rows used, 0.142 MB; 11 coefficients, R² 0.9512, condition 1.84; in 0.0241 s → models/model.gob
//
// Exit status: 0 done, 1 it could not be done, 2 the command line is wrong.
package main

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strconv"

	"mlpipeline/internal/artifact"
	"mlpipeline/internal/cli"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/regression"
	"mlpipeline/internal/scaler"
)

//go:embed main.go
var source string

func main() { cli.Main(run) }

// options is the command line.
type options struct {
	*cli.Program
	scaler, out  string
	auto         bool
	alpha        float64
	folds        int
	append, join bool
	part         *dataset.Part // nil without -shard
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	o := options{Program: cli.New("model_preparation", source, stdout, stderr)}
	o.StringVar(&o.scaler, "scaler", "models/scaler.json", "read the scaler from `FILE`")
	o.StringVar(&o.out, "o", "models/model.gob", "write the model to `FILE`, and beside it as .json")
	alpha := o.String("alpha", "0", "ridge `PENALTY` on the scaled features, or auto: choose by cross-validation")
	o.IntVar(&o.folds, "folds", 5, "`NUMBER` of contiguous folds of every dataset")
	o.BoolVar(&o.append, "append", false,
		"add to the model at -o: train on PATHs, which the scaler need not have seen, and merge")
	o.Func("shard", "train a part only: of N parts of the files the `I/N`-th, 0/8 to 7/8", func(s string) (err error) {
		o.part, err = dataset.ParsePart(s)
		return err
	})
	o.BoolVar(&o.join, "merge", false, "PATHs are models with the same scaler, or all parts of one: merge them exactly")
	if err := o.Parse(args); err != nil {
		return err
	}
	var err error
	if o.auto = *alpha == "auto"; !o.auto {
		if o.alpha, err = strconv.ParseFloat(*alpha, 64); err != nil || !(o.alpha >= 0) || math.IsInf(o.alpha, 0) {
			return cli.Usagef("-alpha %q is neither auto nor a number from 0", *alpha)
		}
	}
	switch {
	case o.folds < 2 || o.folds > 1000:
		return cli.Usagef("-folds %d is not between 2 and 1000", o.folds)
	case regression.Twin(o.out) == o.out:
		return cli.Usagef("-o %s: the model must not be named .json, as its readable twin is", o.out)
	}
	if o.join {
		if err := o.Merges("o", "scaler"); err != nil {
			return err
		}
		if err := artifact.CheckOutputs([]string{o.out, regression.Twin(o.out)}, []string{o.scaler}); err != nil {
			return cli.Usagef("%w", err)
		}
	}
	if o.part != nil {
		if err := o.Shards("o", "append"); err != nil {
			return err
		}
	}
	s, err := scaler.Read(o.scaler)
	if err != nil {
		return err
	}
	if o.join {
		return merge(ctx, &o, s)
	}
	return train(ctx, &o, s, stdin)
}

// merge joins models of different files, or the parts of one.
func merge(ctx context.Context, o *options, s *scaler.Scaler) error {
	models := make([]*regression.Model, o.NArg())
	for i, path := range o.Args() {
		var err error
		if models[i], _, err = regression.ReadPart(path); err != nil {
			return err
		}
		if models[i].Scaler != s.Fingerprint() {
			return fmt.Errorf("%s: was trained with another scaler than %s; name its own with -scaler", path, o.scaler)
		}
	}
	model, summary, err := regression.Merge(models)
	if err != nil {
		return err
	}
	if err := publish(ctx, o, model, summary, func() bool { return true }); err != nil {
		return err
	}
	say(o, summary, fmt.Sprintf("%d models of %d files, %d rows", len(models), len(model.Datasets), summary.Rows))
	return nil
}

// publish writes the model and its readable twin, if what was there before is
// still so.
func publish(ctx context.Context, o *options, m *regression.Model, s *regression.Summary, unchanged func() bool) error {
	gob, fingerprint, err := m.Encode()
	if err != nil {
		return err
	}
	s.Model = fingerprint
	twin, err := regression.SummaryKind.EncodeJSON(s)
	if err != nil {
		return err
	}
	unlock, err := artifact.Lock(ctx, filepath.Dir(o.out))
	if err != nil {
		return err
	}
	defer unlock()
	if !unchanged() {
		return fmt.Errorf("%s: changed while this run was adding to it; run this again", o.out)
	}
	if err := artifact.WriteFile(regression.Twin(o.out), twin); err != nil {
		return err
	}
	return artifact.WriteFile(o.out, gob)
}

// say tells what came of a model.
func say(o *options, s *regression.Summary, shape string) {
	choice, effect := "the coefficients are those of least norm", "counts as the average category"
	if s.Alpha > 0 {
		choice, effect = "the penalty shares the effect among them", "has no effect of its own"
	}
	for _, relation := range s.Relations {
		o.Warnf("collinear: %s; %s", relation, choice)
	}
	for _, level := range s.Absent {
		o.Warnf("no row has %s: it %s", level, effect)
	}
	if s.StdErrorReason != "" {
		o.Warnf("no standard errors: %s", s.StdErrorReason)
	}
	if o.auto {
		o.Logf("alpha %v chosen of %d by cross-validation", s.Alpha, len(s.CV.Path))
	}
	if s.CV.Reason != "" {
		o.Warnf("no cross-validation: %s", s.CV.Reason)
	} else {
		o.Logf("cross-validation, %d folds: MSE %.4f ± %.4f, R² %.4f", s.CV.Folds, *s.CV.MSE, *s.CV.MSEStd, *s.CV.R2)
	}
	o.Logf("%s; %d coefficients, R² %.4f, condition %.3g; in %s → %s", shape,
		len(s.Coefficients)+1-len(s.Reference), s.R2, s.Condition, o.Took(), o.out)
}
