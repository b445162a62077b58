// Model_preparation trains a least-squares regressor on training data.
//
//	model_preparation                              data/train, with models/scaler.json
//	model_preparation -append new.csv              go on with the model that is there
//	model_preparation -merge a.gob b.gob           one model of two, exactly
//
//	Files
//	  PATH...              .csv, .csv.gz, .csv.zst, folders of them, - (data/train)
//	  -scaler FILE         read the scaler from FILE (models/scaler.json)
//	  -o FILE              write the model to FILE, and beside it as .json (models/model.gob)
//	  -append              add files to the model at -o; the scaler need not know them
//	  -shard I/N           train one shard only, on every N-th of the files: 0/8 to 7/8
//	  -merge               PATHs are models with the same scaler, or all shards of one: merge them
//	  -sql FILE            write the model as a SELECT, too, over a table named rows
//	  -dialect NAME        of the SELECT: sqlite, duckdb or postgres (sqlite)
//	Fit
//	  -alpha PENALTY       of ridge, on scaled features; auto: by cross-validation (0; -select: auto)
//	  -folds K             of every dataset, for cross-validation (10)
//	  -select              keep the terms that cross-validation wants (where they were proposed)
//	All programs
//	  -quiet               nothing on stderr but errors
//	  -workers N           cores to use (all); the results do not depend on it
//	  -h, -help, -version  this page, the whole manual, the version
//
// # What it does
//
// PATH is a CSV file (.csv, .csv.gz, .csv.zst), a folder of them, or - for standard
// input; by default data/train. The columns of X and how they are scaled come
// from models/scaler.json; every file must be one that the scaler was fitted
// on. -append trains on other files and adds them to the model that is there,
// exactly: the result is the model of all. One pass over the rows reduces them to triangular
// factors (Householder QR, by blocks), from which everything else follows: the
// coefficients, their standard errors, K-fold cross-validation, and what every
// dataset does to the model of the others. Least squares needs as many rows as
// coefficients; with a penalty there may be fewer. With lags the model also holds the last
// targets of every dataset, as many as the longest lag, for a file that goes on there.
//
// The folds of a dataset are contiguous, blocks in time; without a time column
// usable row i, from 0, is in fold i mod K. std_error_robust lets errors within a
// cluster resemble each other, and clusters differ; these are the folds or, with 20
// datasets or more, the datasets.
//
// It writes models/model.gob, for model_testing, and models/model.json, for
// people: coefficients in the units of the data (the target's per the column's)
// and on the scaled columns. Those of a category's levels are differences from its
// reference, the level that is most frequent in the scaler's files, whose own is 0;
// predictions do not depend on which it is. With -alpha there is no reference, and all
// levels are penalised alike. A level that no row has counts as the average category.
//
// -select, which is on where the scaler has proposed terms (-auto), chooses among them by exact
// cross-validation: from the plain terms on, others come in while they lower the error
// (by 1 % in a series, 0.01 % elsewhere, 3 % for crosses), and terms that are not needed go.
// Then the penalty is chosen; of a series by fits to the folds before, tested on the next.
// If the weighted mean of this fit, the plain one and the target's mean errs less by 0.3 %, it
// predicts. model.json says of every term what the error would be without it (cv_mse_without,
// delta), whether it was chosen, and whether it is kept, if only in part, with the plain fit; a term
// that is not has no coefficient. The table shows delta as mse_more, and on how many folds the model
// errs less with the term.
//
// -shard trains one shard of the model, on every N-th of the files; the others may run on
// other machines, and -merge of all writes what one run would.
//
// -sql writes one SELECT, which predicts in a database: all columns of a table or view
// named rows, and predicted, which is what model_testing predicts. It needs only the columns
// of terms that are in the model. predicted is NULL where a row lacks what it needs: a
// feature, unless -missing fills it, a lag, or the clock of -zone, which is known from a year
// before the model's rows to twenty years after them. Lags are of the rows before by the
// time, and not known where two rows have one time: the last of training must be in the table
// for those of the first rows after. SQLite needs its mathematical functions for harmonics.
//
// # Example
//
//	$ model_preparation -alpha auto
//	model_preparation: coefficient      value  std_error    robust  t_robust
//	model_preparation: humidity      -0.05781   0.002461  0.001927    -29.99
//	model_preparation: pressure       0.1799    0.003865  0.002428     74.11
//	model_preparation: wind_speed    -0.2549    0.01476   0.02120     -12.03
//	model_preparation: cloud_cover   -0.4570    0.01290   0.01786     -25.59
//	model_preparation: annual_sin_1  -2.110     0.03812   0.02934     -71.93
//	model_preparation: annual_cos_1  -6.625     0.03931   0.03440    -192.6
//	model_preparation: annual_sin_2   0.6367    0.03778   0.02902      21.94
//	model_preparation: annual_cos_2   0.5003    0.03670   0.02819      17.75
//	model_preparation: daily_sin_1   -1.889     0.03655   0.06004     -31.46
//	model_preparation: daily_cos_1   -1.923     0.03655   0.05554     -34.62
//	model_preparation: warning: the robust standard error of "daily_sin_1" is 1.6 times the classical one, as it is where neighbouring rows resemble each other; trust std_error_robust
//	model_preparation: alpha 0.3162 chosen of 22 by cross-validation
//	model_preparation: cross-validation, 10 folds: MSE 2.1501 ± 1.0538, R² 0.8372
//	model_preparation: 2 files, 3200 rows used, 0.142 MB; 11 coefficients, R² 0.9447, condition 1.89; in 0.0215 s → models/model.gob
//
// Exit status: 0 done, 1 it could not be done, 2 the command line is wrong, 128 and the number of
// the signal that stopped it.
package main

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"runtime/debug"
	"slices"
	"strings"

	"mlpipeline/internal/artifact"
	"mlpipeline/internal/cli"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/regression"
	"mlpipeline/internal/scaler"
	"mlpipeline/internal/sql"
)

//go:embed main.go
var source string

func main() { cli.Main(run) }

// options is the command line.
type options struct {
	*cli.Program
	scaler, out   string
	auto, choose  bool
	alpha         float64
	folds         int
	append, merge bool
	sql, dialect  string         // "" without -sql
	shard         *dataset.Shard // nil without -shard
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	o := options{Program: cli.New("model_preparation", source, stdout, stderr)}
	o.StringVar(&o.scaler, "scaler", "models/scaler.json", "")
	o.StringVar(&o.out, "o", "models/model.gob", "")
	alpha := o.String("alpha", "0", "")
	o.IntVar(&o.folds, "folds", 10, "")
	o.BoolVar(&o.choose, "select", false, "")
	o.BoolVar(&o.append, "append", false, "")
	o.BoolVar(&o.merge, "merge", false, "")
	o.StringVar(&o.sql, "sql", "", "")
	o.StringVar(&o.dialect, "dialect", "sqlite", "")
	o.Func("shard", "", dataset.ShardFlag(&o.shard))
	if err := o.Parse(args); err != nil {
		return err
	}
	var err error
	if o.auto = *alpha == "auto"; !o.auto {
		if o.alpha, err = cli.ParseNumber(*alpha); err != nil || o.alpha < 0 {
			return cli.Usagef("-alpha %q is neither auto nor a number from 0", *alpha)
		}
	}
	if err := o.checkSettings(); err != nil {
		return err
	}
	if o.merge {
		if err := o.Merges("o", "scaler", "sql", "dialect"); err != nil {
			return err
		}
		if err := o.checkOutputs(append(o.Args(), o.scaler)); err != nil {
			return err
		}
	}
	if o.shard != nil {
		if err := o.Shards("o", "append", "sql"); err != nil {
			return err
		}
	}
	s, err := scaler.Read(o.scaler)
	if err != nil {
		return err
	}
	if o.sql != "" {
		if err := sql.Check(o.dialect, &s.Design); err != nil {
			return fmt.Errorf("-sql: %w", err)
		}
	}
	if !o.IsSet("select") {
		o.choose = s.Proposed
	}
	if o.choose && !o.IsSet("alpha") {
		o.auto = true
	}
	if len(s.FeatureNamesOut) > 100 || len(s.Datasets) > 1000 { // whose triangles are large: garbage is not to double them
		debug.SetGCPercent(30)
	}
	if o.merge {
		return merge(ctx, &o, s)
	}
	return train(ctx, &o, s, stdin)
}

// checkSettings reports what is wrong with the command line.
func (o *options) checkSettings() error {
	switch {
	case o.folds < 2 || o.folds > regression.MostFolds:
		return cli.Usagef("-folds %d is not between 2 and %d", o.folds, regression.MostFolds)
	case !slices.Contains(sql.Dialects, o.dialect):
		return cli.Usagef("-dialect %q is none of %s", o.dialect, strings.Join(sql.Dialects, ", "))
	case o.IsSet("dialect") && o.sql == "":
		return cli.Usagef("-dialect is of -sql FILE")
	case regression.Twin(o.out) == o.out:
		return cli.Usagef("-o %s: the model must not be named .json, as its readable twin is", o.out)
	}
	return nil
}

// checkOutputs reports what the model, its readable twin and the SELECT would overwrite.
func (o *options) checkOutputs(inputs []string) error {
	outputs := []artifact.Output{regression.Kind.At(o.out), artifact.Text(o.sql, "SELECT of a model", sql.Begin)}
	if o.shard == nil && !artifact.Direct(o.out) {
		outputs = append(outputs, regression.SummaryKind.At(regression.Twin(o.out)))
	}
	if err := dataset.CheckOutputs(outputs, inputs); err != nil {
		return cli.Usagef("%w", err)
	}
	return nil
}
