package main

import (
	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"

	"mlpipeline/internal/cli"
	"mlpipeline/internal/metrics"
)

// datasetTable is the figures of every dataset, the worst first.
func datasetTable(r *metrics.Report) dataframe.DataFrame {
	var names []string
	var rows []int
	var rmse, r2, bias, coverage []float64
	for _, d := range r.Datasets {
		names, rows = append(names, d.Name), append(rows, int(d.Rows))
		rmse, r2, bias = append(rmse, cli.Defined(d.RMSE)), append(r2, cli.Defined(d.R2)), append(bias, cli.Defined(d.Bias))
		coverage = append(coverage, cli.Defined(d.Coverage()))
	}
	return dataframe.New(series.New(names, series.String, "dataset"), series.New(rows, series.Int, "rows"),
		series.New(rmse, series.Float, "RMSE"), series.New(r2, series.Float, "R²"), series.New(bias, series.Float, "bias"),
		series.New(coverage, series.Float, "coverage")).Arrange(dataframe.RevSort("RMSE"))
}
