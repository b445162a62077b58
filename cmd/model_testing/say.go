package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"

	"mlpipeline/internal/cli"
	"mlpipeline/internal/design"
	"mlpipeline/internal/metrics"
	"mlpipeline/internal/scaler"
)

// say prints the result, and on standard error what else is to be known of it.
func say(o *options, r *metrics.Report) error {
	var columns *design.Design // whose levels may be near those that training has not
	bends := ""
	if s, err := scaler.Read(o.scaler); err == nil && s.Fingerprint() == r.Scaler {
		columns, bends = &s.Design, r.Bends(s)
	}
	for _, finding := range r.Findings(columns) {
		o.Warnf("%s", finding)
	}
	where := ""
	if o.metrics != "" {
		where = ", in " + o.metrics
	}
	o.Table(datasetTable(r), " datasets"+where)
	if err := o.Printf("Model test MSE: %s, R²: %s\n", o.decimal(r.MSE), o.decimal(r.R2)); err != nil {
		return err
	}
	if doubts := r.Doubts(); len(doubts) > 0 {
		o.Warnf("the model does not predict well: %s", strings.Join(doubts, "; "))
	}
	sayCoverage(o, r)
	for _, change := range r.Changes() {
		o.Logf("%s", change)
	}
	if c := r.Compare(0); c != nil {
		o.Logf("%s", c)
	}
	if bends != "" {
		o.Logf("%s", bends)
	}
	return nil
}

// sayRows says what became of the rows.
func sayRows(o *options, r *metrics.Report, p *predictions, bytes int64) {
	var rows int64
	for _, d := range r.Datasets {
		rows += d.Rows
	}
	predicted := ""
	if p != nil {
		predicted = fmt.Sprintf(", %d predicted in %s%s", p.rows, o.predictions, p.aside())
	}
	o.Logf("%s, %s, %d scored%s%s; %s in %s", cli.Plural(len(r.Datasets), "file", "files"),
		cli.Plural(rows, "row", "rows"), r.Rows, cli.Aside(r.Unscored), predicted, cli.Megabytes(bytes), o.Took())
	if p != nil && p.rows == 0 {
		o.Warnf("no row could be predicted; the notes in %s say why", o.predictions)
	}
}

// datasetTable is the figures of every dataset, the worst first.
func datasetTable(r *metrics.Report) dataframe.DataFrame {
	var names []string
	var rows []int
	var rmse, r2, bias, coverage []float64
	for i, d := range r.Each {
		names, rows = append(names, r.Datasets[i].Name), append(rows, int(d.Rows))
		rmse, r2, bias = append(rmse, cli.Defined(d.RMSE)), append(r2, cli.Defined(d.R2)), append(bias, cli.Defined(d.Bias))
		coverage = append(coverage, cli.Defined(d.Coverage))
	}
	return dataframe.New(series.New(names, series.String, "dataset"), series.New(rows, series.Int, "rows"),
		series.New(rmse, series.Float, "RMSE"), series.New(r2, series.Float, "R²"), series.New(bias, series.Float, "bias"),
		series.New(coverage, series.Float, "coverage")).Arrange(dataframe.RevSort("RMSE"))
}

// sayCoverage says whether the intervals can be trusted.
func sayCoverage(o *options, r *metrics.Report) {
	coverage := r.Coverage
	if coverage == nil {
		return
	}
	judgement := r.Judgement()
	if judgement != "" {
		judgement = "; " + judgement
	}
	o.Logf("95 %% intervals held %.1f %% of %s%s", 100**coverage, cli.Plural(r.Rows, "row", "rows"), judgement)
}

// decimal writes a figure for standard output.
func (o *options) decimal(v *float64) string {
	if v == nil {
		return "n/a"
	}
	return strconv.FormatFloat(*v, 'f', o.digits, 64)
}
