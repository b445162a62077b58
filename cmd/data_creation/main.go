// Data_creation writes datasets for the pipeline: simulated ones, or any ready one,
// cleaned and split.
//
//	data_creation                                  logs of a simulated weather station
//	data_creation -import load.csv -target load    a dataset of yours
//	curl URL | zcat | data_creation -import - -target load
//
//	Output
//	  -out DIR             write DIR/train, DIR/test and DIR/manifest.json (data)
//	  -test F              share of the rows to test, from 0, none, to 1, all (0.2)
//	  -seed N              of the simulation, and of a split without a time (42)
//	Simulation
//	  -scenarios LIST      one dataset each (clean,noisy,spikes,stuck,drift,gaps,heatwave)
//	  -stations N          per scenario, each with its own climate (1)
//	  -rows N              per dataset, train and test together (1826)
//	  -step TIME           between rows, 1m to 24h (24h)
//	  -start TIME          of the first row, ISO 8601 (2020-01-01)
//	Import; what is not given is guessed
//	  -import SRC          a file, FILE.zip/NAME, - or http(s) URL; may be given several times
//	  -target COLUMN       to be predicted (temperature); '' where there is none
//	  -time COLUMN         or its parts with + between them; '' for none
//	  -by COLUMN           make one dataset of each value
//	  -split-key COLUMN    without a time: rows with one value stay together
//	  -category, -number, -drop LIST   what columns are: categories, numbers, left out
//	  -missing LIST        cells that mean a missing one, besides empty, NA, N/A, NaN and null
//	  -like MANIFEST       read columns as that import did, for new rows of its dataset
//	  -rejects FILE        write the cells that were no numbers to FILE, as CSV
//	  -sha256 HEX          refuse a SRC with another SHA-256
//	How SRC is written; what is not given is guessed
//	  -delimiter CHARACTER between cells, or tab, or blanks
//	  -encoding NAME       of what is not UTF-8: windows-1252, windows-1251, shift_jis, …
//	  -decimal SIGN        . or , or of one column, COLUMN=. (may be given several times)
//	  -time-layout LAYOUT  such as 'D/M/YYYY hh:mm', '%d.%m.%Y', epoch_ms, excel, julian
//	  -zone NAME           where times without a zone hold, such as Europe/Berlin (UTC)
//	  -skip N, -header=false   lines before the header, and whether there is one
//	All programs
//	  -quiet               nothing on stderr but errors
//	  -workers N           cores to use (all); the results do not depend on it
//	  -h, -help, -version  this page, the whole manual, the version
//
// # Simulated datasets
//
// For each scenario, the log of a weather station with the columns
// timestamp (RFC 3339, UTC), temperature (°C), humidity (%), pressure (hPa),
// wind_speed (m/s) and cloud_cover (okta); a missing reading is an empty cell.
// The scenarios are
//
//	clean     small sensor noise
//	noisy     large sensor noise
//	spikes    isolated errors of 8 to 25 °C, in 1 % of the rows
//	stuck     the sensor repeats itself for hours to days
//	drift     a slowly growing bias, recalibrated at times
//	gaps      missing readings, single and in runs
//	heatwave  real extreme spells
//
// # Imported datasets
//
// SRC is a file, FILE.zip/NAME, - for standard input, or an http(s) URL, of any CSV:
// plain, gzip, zstd or zip; in UTF-8, UTF-16 or UTF-32, or in the encoding of old that the
// name of the target or the letters tell, or -encoding. Of a URL no name, password or
// query is ever shown. The header is the first line that has the target as a cell; lines
// above it, units below it, remarks and a total after the rows are left out and named;
// another table below is refused with its line.
//
// SRC is read twice, in constant memory. The first pass counts what the cells of every
// column can be read as, in all rows; what a column is follows from these counts: a number
// (with a decimal comma, signs between thousands, one unit or currency before or after
// all of them, a minus after), a time, a category, an identifier, or a count of the rows;
// the last two are left out. In a column of numbers up to 5 % of the cells may be none;
// they become missing, and -rejects lists them. Each column has its own decimal sign, and
// what may be either is asked about. What was guessed and left out is said, and a command
// line that repeats the import without a guess, which the manifest keeps.
//
// The time is the only column that reads as one in nearly every row, or parts of a
// time whose names say so (year, month, day, hour; date and time) or whose cells do (a
// day and a clock); a date goes before its parts, and these before a decimal year. Years
// are times if none comes twice, alone or for one value of another column. Of a period
// the beginning counts, of a start and an end the start; months have names in eleven
// languages. Where several layouts read all cells the one is taken in which the rows are
// in order. Times without a zone are those of -zone, where of an hour that comes twice
// the first rows are summer's and one that clocks skip is none, else UTC.
//
// With a time the first rows go to DIR/train/NAME.csv and the last to DIR/test/NAME.csv,
// in order of time; rows that share their time stay together. Without one a row is tested
// if a hash of its cells, salted with -seed, is below -test of all hashes: equal rows stay
// together, and every row stays where it is when the data grow, if the columns are read as
// before, as with the command that repeats the import.
//
// Rows to be predicted, which have no target, and those of next month are imported with
// -like: their columns are what they were in the import of that manifest, numbers,
// categories, units, times and their zone, and their dataset has its name; without the
// target all rows go to DIR/test. What differs, a new column, another unit, a level that
// was not there, is said:
//
//	data_creation -like data/manifest.json -import new.csv -out next
//
// # The manifest
//
// DIR/manifest.json lists the files, the time, the target and the categories, and of
// simulated data the truth: the coefficients, the noise, the irreducible variance,
// and what the anomalous rows follow from. Of the files that were there before,
// those that the old manifest lists are replaced or removed, and no others: none that
// is imported, and no data to train on where there is no target now.
//
// # Example
//
//	$ data_creation -scenarios clean,spikes -step 6h -rows 2000
//	data_creation: 2 datasets of 2000 rows each, 1600 to train and 400 to test; 0.178 MB in 0.00857 s → data
//
// Exit status: 0 done, 1 it could not be done, 2 the command line is wrong, 128 and the number of
// the signal that stopped it.
package main

import (
	"context"
	_ "embed"
	"io"
	"slices"
	"strings"
	"time"

	"mlpipeline/internal/cli"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/importer"
	"mlpipeline/internal/origin"
	"mlpipeline/internal/table"
	"mlpipeline/internal/weather"
)

//go:embed main.go
var source string

func main() { cli.Main(run) }

// options is the command line.
type options struct {
	*cli.Program
	out       string
	seed      uint64
	rows      int
	step      time.Duration
	start     time.Time
	test      float64
	scenarios []string
	stations  int
	imports   []string
	importer.Options
	rejects, sha256 string
	like, name      string // a manifest, and the dataset that the rows belong to
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	o := options{Program: cli.New("data_creation", source, stdout, stderr)}
	o.StringVar(&o.out, "out", "data", "")
	o.Uint64Var(&o.seed, "seed", 42, "")
	o.IntVar(&o.rows, "rows", 1826, "")
	o.DurationVar(&o.step, "step", 24*time.Hour, "")
	start := o.String("start", "2020-01-01", "")
	o.Float64Var(&o.test, "test", 0.2, "")
	var all []string
	for _, sc := range weather.Scenarios {
		all = append(all, sc.Name)
	}
	scenarios := o.String("scenarios", strings.Join(all, ","), "")
	o.IntVar(&o.stations, "stations", 1, "")
	importFlags(&o)
	if err := o.Parse(args); err != nil {
		return err
	}
	if o.NArg() > 0 {
		return cli.Usagef("unexpected argument %q; flags take a value each, and -import names a source", origin.Shown(o.Arg(0)))
	}
	if !(o.test >= 0 && o.test <= 1) {
		return cli.Usagef("-test %v is not a fraction from 0 to 1", o.test)
	}
	if len(o.imports) > 0 {
		return importAll(ctx, &o, stdin)
	}
	o.scenarios = strings.Split(*scenarios, ",")
	return simulate(ctx, &o, all, *start)
}

// simulate checks what the simulation is to be, and runs it; all are the scenarios that there are.
func simulate(ctx context.Context, o *options, all []string, start string) error {
	for i, name := range o.scenarios {
		if weather.Find(name) == nil {
			return cli.Usagef("-scenarios: there is no %q; %s", name, table.Meant(name, all, "there are"))
		}
		if slices.Index(o.scenarios, name) < i {
			return cli.Usagef("-scenarios: %q comes twice", name)
		}
	}
	first, err := dataset.ParseTime(start)
	if err != nil {
		return cli.Usagef("-start: %w", err)
	}
	o.start = time.UnixMicro(int64(first)).UTC()
	train, test := split(o.rows, o.test)
	switch {
	case o.step < time.Minute || o.step > 24*time.Hour || o.step%time.Second != 0:
		return cli.Usagef("-step %v is not a number of seconds from 1m to 24h", o.step)
	case o.rows < 2 || o.rows > 1e9:
		return cli.Usagef("-rows %d is not between 2 and 1e9", o.rows)
	case train == 0 || test == 0 && o.test > 0:
		return cli.Usagef("-rows %d -test %v leaves %d rows to train and %d to test", o.rows, o.test, train, test)
	case o.start.AddDate(0, 0, int(float64(o.rows)*o.step.Hours()/24)+1).Year() > 9999:
		return cli.Usagef("%d rows from %s end after the year 9999", o.rows, first)
	case o.stations < 1 || o.stations > 1e5:
		return cli.Usagef("-stations %d is not between 1 and 100000", o.stations)
	}
	if err := o.refuse(importOnly, "needs -import"); err != nil {
		return err
	}
	return generate(ctx, o)
}

// split returns how many of n rows train and how many, the last, test.
func split(n int, fraction float64) (train, test int) {
	test = int(float64(n) * fraction)
	return n - test, test
}
