// Model_preparation trains a least-squares regressor on training data.
//
// Usage:
//
//	model_preparation [flags] [PATH...]
//	model_preparation -merge [flags] MODEL...
//
// PATH is a CSV file (.csv or .csv.gz), a folder of them, or - for standard
// input; by default data/train. The columns of X and how they are scaled come
// from models/scaler.json; every file must be one that the scaler was fitted
// on, or -append given. One pass over the rows reduces them to triangular
// factors (Householder QR, by blocks), from which everything else follows: the
// coefficients, their standard errors, K-fold cross-validation, and what every
// dataset does to the model of the others.
//
// It writes models/model.gob, for model_testing, and models/model.json, for
// people: coefficients in the units of the data (the target's per the column's)
// and on the scaled columns.
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
	"slices"
	"strconv"

	"mlpipeline/internal/artifact"
	"mlpipeline/internal/cli"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/design"
	"mlpipeline/internal/moments"
	"mlpipeline/internal/regression"
	"mlpipeline/internal/scaler"
	"mlpipeline/internal/table"
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
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	o := options{Program: cli.New("model_preparation", source, stdout, stderr)}
	o.StringVar(&o.scaler, "scaler", "models/scaler.json", "read the scaler from `FILE`")
	o.StringVar(&o.out, "o", "models/model.gob", "write the model to `FILE`, and beside it as .json")
	alpha := o.String("alpha", "0", "ridge `PENALTY` on the scaled features, or auto: choose by cross-validation")
	o.IntVar(&o.folds, "folds", 5, "`NUMBER` of contiguous folds of every dataset")
	o.BoolVar(&o.append, "append", false, "train also on files that the scaler has not seen")
	o.BoolVar(&o.join, "merge", false, "PATHs are models with the same scaler: merge them exactly")
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
	case o.join && o.NArg() == 0:
		return cli.Usagef("-merge needs model files")
	}
	s, err := scaler.Read(o.scaler)
	if err != nil {
		return err
	}
	if o.join {
		return merge(&o, s)
	}
	return train(ctx, &o, s, stdin)
}

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
	manifests, err := dataset.Beside(table.Paths(files))
	if err != nil {
		return err
	}
	used, err := countRows(ctx, o, s, files)
	if err != nil {
		return err
	}

	type part struct { // rows of a block that are of one fold
		fold   int
		factor regression.Factor
	}
	precise := regression.Precise(s.Used(), len(s.FeatureNamesOut)+2)
	var datasets []regression.Dataset
	folds := make([]regression.Factor, o.folds)
	var bytes int64
	move, finish := o.Progress(table.Size(files), o.Name())
	scan := design.Scan[[]part]{
		Design: &s.Design, Workers: o.Workers,
		Progress: func(n int) { bytes += int64(n); move(n) },
		Work: func(r *design.Rows) ([]part, error) {
			var parts []part
			bounds := regression.FoldBounds(used[r.File], o.folds)
			for k := range o.folds {
				from := max(bounds[k]-r.Used, 0)
				to := min(bounds[k+1]-r.Used, int64(r.N))
				if k == o.folds-1 {
					to = int64(r.N) // rows too many: the file has changed, and Done says so
				}
				if from < to {
					parts = append(parts, part{k, factor(s, r, int(from), int(to), precise)})
				}
			}
			return parts, nil
		},
		Merge: func(_ int, parts []part) error {
			for i := range parts {
				folds[parts[i].fold].Merge(&parts[i].factor)
			}
			return nil
		},
		Done: func(file int, id dataset.ID, n int64) error {
			path := files[file].Path
			if err := manifests.Verify(path, id); err != nil {
				return err
			}
			if _, seen := s.Find(id.XXH64); !seen && !o.append || n != used[file] {
				return fmt.Errorf("%s: changed since %s was fitted; run model_preprocessing again", path, o.scaler)
			}
			datasets = append(datasets, regression.Dataset{ID: id, Used: n, Folds: folds})
			folds = make([]regression.Factor, o.folds)
			return nil
		},
	}
	err = scan.Run(ctx, files)
	finish()
	if err != nil {
		return err
	}
	from, to := s.Harmonics()
	model, summary, err := regression.New(regression.Settings{
		Scaler: s.Fingerprint(), Target: s.Target, Names: s.FeatureNamesOut, Mean: s.Mean, Scale: s.Scale,
		TargetMean: s.TargetMean, SeasonFrom: from, SeasonTo: to, Auto: o.auto, Alpha: o.alpha, Folds: o.folds,
	}, datasets)
	if err != nil {
		return err
	}
	return write(o, model, summary, fmt.Sprintf("%d files, %d rows used, %s", len(files), summary.Rows, cli.Megabytes(bytes)))
}

// factor reduces rows from to to of a block: [1 | Z | y − mean].
func factor(s *scaler.Scaler, r *design.Rows, from, to int, precise bool) (f regression.Factor) {
	w := len(r.X) + 2
	tile := make([]float64, regression.TileRows*w)
	for a := from; a < to; a += regression.TileRows {
		b := min(a+regression.TileRows, to)
		if precise {
			f.AddPrecise(preciseRows(s, r, a, b), w)
			continue
		}
		s.Standardize(tile[1:], w, r, a, b)
		for i, y := range r.Y[a:b] {
			tile[i*w] = 1
			tile[i*w+w-1] = y - s.TargetMean
		}
		f.Add(tile[:(b-a)*w], w)
	}
	return f
}

// preciseRows is a tile in double-double arithmetic.
func preciseRows(s *scaler.Scaler, r *design.Rows, a, b int) []moments.Sum {
	w := len(r.X) + 2
	tile := make([]moments.Sum, (b-a)*w)
	s.StandardizePrecise(tile[1:], w, r, a, b)
	for i, y := range r.Y[a:b] {
		tile[i*w] = moments.Float(1)
		tile[i*w+w-1] = moments.Float(y).Minus(moments.Float(s.TargetMean))
	}
	return tile
}

// countRows returns how many rows of each file can be used, which the folds
// need to know: from the scaler where it has seen the file, else by reading it.
func countRows(ctx context.Context, o *options, s *scaler.Scaler, files []*table.File) ([]int64, error) {
	used := make([]int64, len(files))
	var unseen []*table.File
	var which []int
	for i, f := range files {
		j := slices.IndexFunc(s.Datasets, func(d scaler.Dataset) bool { return d.Name == f.Name && d.First == f.First })
		switch {
		case j >= 0:
			used[i] = s.Datasets[j].Used
		case !o.append:
			return nil, fmt.Errorf("%s: %s has not seen this file; run model_preprocessing on it too, or use -append", f.Path, o.scaler)
		case f.Path == "-":
			return nil, cli.Usagef("-append reads new files twice, which standard input cannot give")
		default:
			unseen, which = append(unseen, f), append(which, i)
		}
	}
	if len(unseen) == 0 {
		return used, nil
	}
	scan := design.Scan[struct{}]{
		Design: &s.Design, Workers: o.Workers,
		Work:  func(*design.Rows) (struct{}, error) { return struct{}{}, nil },
		Merge: func(int, struct{}) error { return nil },
		Done: func(file int, _ dataset.ID, n int64) error {
			used[which[file]] = n
			return nil
		},
	}
	return used, scan.Run(ctx, unseen)
}

// merge joins models of different files.
func merge(o *options, s *scaler.Scaler) error {
	models := make([]*regression.Model, o.NArg())
	for i, path := range o.Args() {
		var err error
		if models[i], _, err = regression.Read(path); err != nil {
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
	return write(o, model, summary, fmt.Sprintf("%d models of %d files, %d rows", len(models), len(model.Datasets), summary.Rows))
}

// write writes the model and its readable twin, and says what came of it.
func write(o *options, m *regression.Model, s *regression.Summary, shape string) error {
	gob, fingerprint, err := regression.Kind.EncodeGob(m)
	if err != nil {
		return err
	}
	s.Model = fingerprint
	unlock, err := artifact.Lock(filepath.Dir(o.out))
	if err != nil {
		return err
	}
	defer unlock()
	readable, err := regression.SummaryKind.EncodeJSON(s)
	if err != nil {
		return err
	}
	if err := artifact.WriteFile(regression.Twin(o.out), readable); err != nil {
		return err
	}
	if err := artifact.WriteFile(o.out, gob); err != nil {
		return err
	}
	for _, relation := range s.Relations {
		o.Warnf("collinear: %s; the coefficients are those of least norm", relation)
	}
	if o.auto {
		o.Logf("alpha %v chosen of %d by cross-validation", s.Alpha, len(s.CV.Path))
	}
	if s.CV.Reason != "" {
		o.Warnf("no cross-validation: %s", s.CV.Reason)
	} else {
		o.Logf("cross-validation, %d folds: MSE %.4f ± %.4f, R² %.4f", s.CV.Folds, *s.CV.MSE, *s.CV.MSEStd, *s.CV.R2)
	}
	o.Logf("%s; %d coefficients, R² %.4f, condition %.3g; in %s → %s", shape, len(s.Coefficients)+1, s.R2, s.Condition, o.Took(), o.out)
	return nil
}
