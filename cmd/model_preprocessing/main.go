// Model_preprocessing fits a standard scaler on training data.
//
//	model_preprocessing                            data/train → models/scaler.json
//	model_preprocessing -lags 1,2,7 -features wind load.csv
//	model_preprocessing -merge a.json b.json       one scaler of two, exactly
//
//	Files
//	  PATH...              .csv, .csv.gz, .csv.zst, folders of them, - (data/train)
//	  -o FILE              write the scaler to FILE (models/scaler.json)
//	  -write DIR           also write the scaled rows to DIR, one CSV per input
//	  -shard I/N           fit one shard only, of every N-th of the files: 0/8 to 7/8
//	  -merge               PATHs are scaler files, or all shards of one: merge them
//	Columns
//	  -target COLUMN       to be predicted (the manifest's, else temperature)
//	  -time COLUMN         '' for none (the manifest's, else timestamp)
//	  -features LIST       written as CSV; '' for none (every number and category but those two)
//	  -category LIST       features that are categories (the manifest's, and columns of words)
//	  -max-levels N        of a category; the rarest beyond become (other) (100)
//	What is made of them
//	  -annual K            sine/cosine pairs of the year (2 where a dataset spans a year and
//	                       its rows fall into different seasons, else 0)
//	  -daily K             sine/cosine pairs of the day (0)
//	  -lags LIST           of the target in rows, such as 1,2,7
//	  -missing POLICY      of a row without a feature: drop, error, mean, indicator (drop)
//	Terms that bend
//	  -auto                propose all that the rows allow; model_preparation chooses
//	  -hinge LIST          temp, temp:9 or temp@5/18: max(temp − knot, 0), 5 knots at quantiles
//	  -calendar LIST       hour, weekday, month, hour_of_week, holiday: categories of the local time
//	  -zone NAME           whose local time, such as Europe/Vienna (the import's, else UTC)
//	  -holidays FILE       one date a line, for holiday
//	  -trend               the time in years
//	  -cross LIST          products: temp*hour, wind*humidity; temp> is temp with its hinges
//	All programs
//	  -quiet               nothing on stderr but errors
//	  -workers N           cores to use (all); the results do not depend on it
//	  -h, -help, -version  this page, the whole manual, the version
//
// # What it does
//
// PATH is a CSV file (.csv, .csv.gz, .csv.zst), a folder of them, or - for standard
// input; by default data/train. One pass over the rows finds the mean and the
// population variance of every column of X: the chosen columns, then sines and
// cosines of the calendar (annual_sin_1, annual_cos_1, ...; the year is 365.2425
// days, the phase counts from 1970-01-01T00:00:00Z), then lags of the target
// (TARGET_lag_1, ...). They are written to models/scaler.json with what is
// needed to merge scalers exactly. Units are those of the data. An empty line is no
// row; a lag counts rows.
//
// The target and the time column are those that data/manifest.json names, if
// PATH lies beside one; else temperature and timestamp.
//
// A column that holds words is a category: weather, with the levels drizzle, rain
// and sun, makes the columns weather=drizzle, weather=rain and weather=sun of X, 1
// in the rows of their level and 0 in the others, in the order of their bytes. So
// is a column of number codes that is named with -category. The numbers are those
// of scikit-learn's OneHotEncoder and pandas.get_dummies; nothing is pooled but
// the rarest levels beyond -max-levels, which become (other). A column of more than
// 10000 different words (or 1 MiB of them) is an identifier: it is left out, by
// name. A missing cell of a category is what -missing says of it: with mean it is the
// average category, 0 in all its scaled columns, as is a level that a later stage meets
// for the first time. A level costs model_preparation 10 ns per row and core among few
// columns and 30 ns among a hundred, as any column does, and the others next to nothing.
//
// A term is a group of columns of X. -hinge lets a number bend: with five knots k at its
// 10, 30, 50, 70 and 90 % quantiles (or K of them, or those given), the columns
// temp>k are max(temp − k, 0). -calendar makes categories of the local time in -zone;
// -trend is the time in years since 1970; -cross makes products, of two numbers about their means
// or of a number and every level of a category but the most frequent. Knots and levels are
// those of the training rows. The means and scales of hinges and crosses are null in
// scaler.json: model_preparation finds them. -missing indicator is as mean, with a column
// temp=missing for each number that some rows lack, and a level (missing) of categories.
// -auto proposes all of that which the rows allow: hinges of numbers of 8 and more different
// values, hour, weekday and month where the times step and span enough, a trend, crosses where
// there is no time; up to 300 columns, and rows times columns squared up to 2·10¹⁰.
//
// -shard fits a part of the scaler, on every N-th of the files, wherever the others
// are fitted: -merge of all shards writes what one run would.
//
// # Example
//
//	$ model_preprocessing -daily 1
//	model_preprocessing: 2 files, 3200 rows, 3200 used; 4 columns, 6 harmonics, 0 lags; 0.142 MB in 0.00957 s → models/scaler.json
//
// Exit status: 0 done, 1 it could not be done, 2 the command line is wrong, 128 and the number of
// the signal that stopped it.
package main

import (
	"context"
	_ "embed"
	"io"

	"mlpipeline/internal/cli"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/design"
)

//go:embed main.go
var source string

func main() { cli.Main(run) }

// options is the command line.
type options struct {
	*cli.Program
	out, write string
	holidays   string // a file
	merge      bool
	category   []string       // as asked for
	shard      *dataset.Shard // nil without -shard
	design.Design
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	o := options{Program: cli.New("model_preprocessing", source, stdout, stderr)}
	o.StringVar(&o.out, "o", "models/scaler.json", "")
	o.StringVar(&o.Target, "target", "temperature", "")
	o.StringVar(&o.Time, "time", "timestamp", "")
	features := o.String("features", "", "")
	categories := o.String("category", "", "")
	o.IntVar(&o.MaxLevels, "max-levels", 100, "")
	o.IntVar(&o.Annual, "annual", 0, "")
	o.IntVar(&o.Daily, "daily", 0, "")
	lags := o.String("lags", "", "")
	o.StringVar((*string)(&o.Missing), "missing", string(design.Drop), "")
	o.termFlags()
	o.StringVar(&o.write, "write", "", "")
	o.BoolVar(&o.merge, "merge", false, "")
	o.Func("shard", "", dataset.ShardFlag(&o.shard))
	if err := o.Parse(args); err != nil {
		return err
	}
	if o.merge {
		if err := o.Merges("o"); err != nil {
			return err
		}
		return merge(ctx, &o)
	}
	if o.shard != nil {
		if err := o.Shards("o", "write"); err != nil {
			return err
		}
	}
	var err error
	if o.Lags, err = design.ParseLags(*lags); err != nil {
		return cli.Usagef("-lags: %w", err)
	}
	if o.Features, err = design.ParseList(*features); err != nil {
		return cli.Usagef("-features %s: %w", *features, err)
	}
	if o.category, err = design.ParseList(*categories); err != nil {
		return cli.Usagef("-category %s: %w", *categories, err)
	}
	if err := o.readTerms(); err != nil {
		return err
	}
	o.chooseAnnual()
	if o.MaxLevels < 2 {
		return cli.Usagef("-max-levels %d is not 2 or more", o.MaxLevels)
	}
	if err := o.CheckSettings(); err != nil {
		return cli.Usagef("%w", err)
	}
	return fit(ctx, &o, stdin)
}

// chooseAnnual leaves the harmonics of the year to the scaler where there is a time and
// -annual does not say.
func (o *options) chooseAnnual() {
	if o.IsSet("annual") {
		return
	}
	if o.AnnualAuto, o.Annual = o.Time != "", 0; o.AnnualAuto {
		o.Annual = design.UsualAnnual
	}
}
