// Model_testing measures a model on test data: one line on standard output, more
// figures in models/metrics.json, all of them on a page, models/report.html.
//
//	model_testing                                  data/test, with models/model.gob
//	model_testing -min-r2 0.9 new.csv              a gate: status 3 where it fails
//	model_testing -predictions out.csv new.csv     predictions, intervals; with lags a forecast
//
//	Files
//	  PATH...              .csv, .csv.gz, .csv.zst, folders of them, - (data/test)
//	  -scaler FILE         read the scaler from FILE (models/scaler.json)
//	  -model FILE          read the model from FILE (models/model.gob)
//	  -metrics FILE        write the figures to FILE (models/metrics.json), and beside it
//	                       the sums that they follow from, as .gob; '' for neither
//	  -report FILE         write a page with pictures to FILE (models/report.html); '' for none
//	  -predictions FILE    write every row's prediction to FILE, as CSV
//	  -keep COLUMNS        of the input, to be written there too
//	  -level P             of the intervals there (0.95)
//	  -against MODEL       compare with another model, on the same rows
//	  -against-scaler FILE read its scaler from FILE (the file of -scaler)
//	  -shard I/N           test one shard only, every N-th of the files: 0/8 to 7/8
//	  -merge               PATHs are sums (.gob), or all shards of one run: merge them
//	Gates: status 3 where the figure is worse, or not defined
//	  -min-r2, -max-mse X  R², and the MSE
//	  -min-skill X         skill over the training mean
//	  -min-coverage X      share of the rows that is within its 95 % interval
//	  -min-gain X          the MSE is below that of -against by more than the share X of
//	                       it (0: at all), by the 95 % interval of the gain
//	  -max-drift X         no column is farther from training than X times what is usual
//	                       among its parts
//	  -min-scored SHARE    of the rows with a target, with any gate (0.5)
//	Others
//	  -digits N            decimals on standard output (4)
//	  -allow-leak          warn of test rows that may be training rows, where it would refuse
//	All programs
//	  -quiet               nothing on stderr but errors
//	  -workers N           cores to use (all); the results do not depend on it
//	  -h, -help, -version  this page, the whole manual, the version
//
// # What it does
//
// PATH is a CSV file (.csv, .csv.gz, .csv.zst), a folder of them, or - for standard
// input; by default data/test. One line on standard output gives the mean
// squared error, in the target's unit squared, and R² over all rows that have a
// target. More figures, over all and for every file, go to models/metrics.json:
// among them the skill against baselines that know only the training mean, only
// the season, or only the row before, and how often intervals of 95 % held. Rows that
// cannot be scored are counted by reason; a gate also fails if they are more than half
// of those with a target (-min-scored).
//
// Where residuals bend over a column of numbers that has no hinges, and -auto was not used,
// a sentence says so: a straight line is fitted to the mean residuals of the tenths of the
// training rows, and one of them is more than three standard errors from it (widened where
// residuals resemble those of the row before), and all together make up 1 % of the MSE.
//
// models/metrics.gob holds the sums that all figures follow from, for -merge and for
// the page. -predictions writes all rows of the
// input, in order, in the columns dataset, timestamp, those of -keep, actual,
// predicted, residual, lower, upper (-level) and a note on what makes them doubtful or
// impossible. A file without the target will do. Where no row can be scored, the files
// of figures stay as they are unless they are named. With lags a row is predicted from
// the target in the rows before it. A file that goes on where a training dataset of its name
// ends, one step after it, has them from the model. Where a lag is not known but was
// predicted, -predictions takes the prediction, and notes "lag 1 is predicted": a file of times
// and features alone is a forecast. Intervals grow with every step, as far as errors are
// independent, which is said where they are not; there are none where hinges or crosses are
// made of lags. Such rows count for no figure.
// A level of a category that training has not counts as the average category; the
// cells are counted, and said aloud.
//
// models/report.html (-report) is a page for people about all that, in one file: the
// verdict in a sentence, the files, the worst first, pictures of what was predicted,
// what is left in the residuals (autocorrelation, skewness, means by month and by
// prediction), how often intervals of 50 to 99 % held, and what each term adds to the
// prediction and is worth, each with its numbers, and histograms of the training data. -merge makes the same page, from the
// scaler, the model and its readable form.
//
// A test file that was a training file, or that goes on under its name before
// it ends, is refused.
//
// -against compares with another model: both predict the same rows, and those that only
// one of them predicts are counted. The gain is the other's mean squared error less that
// of -model, with a standard error and a 95 % interval for rows that resemble their
// neighbours (ten blocks in time of each file are clusters or, from 20 files on, the
// files). -min-gain is a gate: status 3 unless the lower end of the interval of the mean
// of (1 − X)·e² of the other, less e², is above 0.
//
// Drift says whether the world has changed. What stands in every column, and in the target,
// is counted in the bins between training's deciles, or by level; the distance from training
// is the population stability index, PSI. Beside it stands what is usual: the largest distance
// of a part of training, a fold of a file, from the rest. A column has drifted where its PSI
// is above 0.1 and, less what chance gives, above what is usual. The three farthest columns
// stand in the metrics, each with the file in which it is farthest, how far its mean has moved
// in deviations, and how many cells are missing, outside training's range or of unseen levels.
// Rows without a target count too, unless a lag is missing; files of fewer than 30 rows count
// only together. A test file that is shorter than a part of training may look odd for its
// season alone. -max-drift X is a gate:
// status 3 where a column is farther than X times what is usual, or nothing can be compared.
// What moved the mean prediction is told term by term (shift; the terms sum up to it), and the
// mean residual is compared with that of the rows held out in training: where they differ, the
// target has changed in a way that no column tells.
//
// -shard tests on every N-th of the files, wherever the others are tested: -metrics
// FILE is then the sums alone, no line is printed, and there is no gate. -merge of all
// shards writes what one run would.
//
// # Example
//
//	$ model_testing -quiet -min-r2 0.8
//	Model test MSE: 2.2021, R²: 0.8706
//
// Exit status: 0 done, 1 it could not be done, 2 the command line is wrong,
// 3 a quality gate (-min-r2, -max-mse, -min-skill, -min-coverage, -min-gain,
// -max-drift, -min-scored) failed, 128 and the number of the signal that stopped it.
package main

import (
	"cmp"
	"context"
	_ "embed"
	"io"
	"os"
	"path/filepath"

	"mlpipeline/internal/artifact"
	"mlpipeline/internal/cli"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/design"
	"mlpipeline/internal/metrics"
)

//go:embed main.go
var source string

func main() { cli.Main(run) }

// options is the command line.
type options struct {
	*cli.Program
	scaler, model, metrics, report string
	against, againstScaler         string // another model to compare with; "" for none
	predictions                    string
	keep                           []string // columns of the input that -predictions shows
	level                          float64
	limits                         map[string]float64 // of the gates that are asked for
	digits                         int
	allowLeak, merge               bool
	shard                          *dataset.Shard // nil without -shard
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	o, err := parse(args, stdout, stderr)
	if err != nil {
		return err
	}
	var report *metrics.Report
	var files artifact.Set
	defer files.Cleanup()
	if o.merge {
		report, err = merge(o)
	} else {
		report, err = measure(ctx, o, stdin, &files)
	}
	if err = cmp.Or(err, ctx.Err()); err != nil {
		return err
	}
	if o.shard == nil && report.Rows == 0 && o.predictions != "" { // the figures of the last test are worth more than none
		o.keepOld()
	}
	if err := writeMetrics(o, report, &files); err != nil {
		return err
	}
	judged := o.judge(report)
	if o.report != "" && o.shard == nil {
		if err := files.Write(o.report, makePage(o, report, judged)); err != nil {
			return err
		}
	}
	if err := files.Commit(); err != nil {
		return err
	}
	if o.shard != nil {
		o.Logf("%v: %s, in %s → %s", o.shard, cli.Plural(len(report.Datasets), "file", "files"), o.Took(), o.metrics)
		return nil
	}
	if err := say(o, report); err != nil {
		return err
	}
	return failed(judged)
}

// parse reads the command line.
func parse(args []string, stdout, stderr io.Writer) (*options, error) {
	o := &options{Program: cli.New("model_testing", source, stdout, stderr)}
	o.StringVar(&o.scaler, "scaler", "models/scaler.json", "")
	o.StringVar(&o.model, "model", "models/model.gob", "")
	o.StringVar(&o.against, "against", "", "")
	o.StringVar(&o.againstScaler, "against-scaler", "", "")
	o.StringVar(&o.metrics, "metrics", "models/metrics.json", "")
	o.StringVar(&o.report, "report", "models/report.html", "")
	o.StringVar(&o.predictions, "predictions", "", "")
	o.Func("keep", "", func(s string) (err error) {
		o.keep, err = design.ParseList(s)
		return cmp.Or(err, checkKept(o.keep))
	})
	o.Float64Var(&o.level, "level", 0.95, "")
	o.IntVar(&o.digits, "digits", 4, "")
	o.BoolVar(&o.allowLeak, "allow-leak", false, "")
	o.BoolVar(&o.merge, "merge", false, "")
	o.Func("shard", "", dataset.ShardFlag(&o.shard))
	gates := o.gateFlags()
	if err := o.Parse(args); err != nil {
		return nil, err
	}
	if err := cmp.Or(o.check(), o.checkGates()); err != nil {
		return nil, err
	}
	if o.merge {
		if err := o.Merges(append(gates, "scaler", "model", "metrics", "report", "digits")...); err != nil {
			return nil, err
		}
	}
	if o.shard != nil {
		if err := o.Shards("metrics", append(gates, "digits", "predictions", "report")...); err != nil {
			return nil, err
		}
	}
	if o.against != "" {
		o.againstScaler = cmp.Or(o.againstScaler, o.scaler)
	}
	if _, err := os.Stat(filepath.Dir(o.report)); err != nil && !o.IsSet("report") {
		o.report = "" // nobody has asked for it
	}
	return o, nil
}

// check reports flags that are out of range, or do not go together.
func (o *options) check() error {
	switch {
	case o.digits < 0 || o.digits > 17:
		return cli.Usagef("-digits %d is not between 0 and 17", o.digits)
	case o.against == "" && !o.merge && (o.IsSet("min-gain") || o.againstScaler != ""):
		return cli.Usagef("-min-gain and -against-scaler need -against MODEL, the model to compare with")
	case !(o.level > 0 && o.level < 1):
		return cli.Usagef("-level %v is not between 0 and 1", o.level)
	case o.shard == nil && o.metrics != "" && metrics.Twin(o.metrics) == o.metrics:
		return cli.Usagef("-metrics %s: .gob is for the sums, which lie beside FILE; name it .json", o.metrics)
	case o.predictions == "" && (len(o.keep) > 0 || o.IsSet("level")):
		return cli.Usagef("-keep and -level are for -predictions")
	}
	return nil
}
