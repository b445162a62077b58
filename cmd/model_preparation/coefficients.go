package main

import (
	"math"
	"strings"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"

	"mlpipeline/internal/cli"
	"mlpipeline/internal/regression"
)

// coefficientTable is the coefficients of a model: in the order of X where all can be
// shown, else those first that are largest beside their robust standard error. A
// level's is noted to be a difference from its reference.
func coefficientTable(s *regression.Summary) dataframe.DataFrame {
	var names, notes []string
	var values, stdErrors, robust, ts, sizes []float64
	for _, c := range s.Coefficients {
		note := ""
		for _, reference := range s.Reference {
			if strings.HasPrefix(c.Name, reference.Name+"=") {
				note = "from " + reference.Level
			}
		}
		if c.Reference {
			note = "reference"
		}
		names, notes = append(names, c.Name), append(notes, note)
		values = append(values, c.Value)
		stdErrors, robust = append(stdErrors, cli.Defined(c.StdError)), append(robust, cli.Defined(c.Robust))
		t := cli.Defined(c.TRobust)
		ts, sizes = append(ts, t), append(sizes, math.Abs(t))
	}
	df := dataframe.New(series.New(names, series.String, "coefficient"), series.New(values, series.Float, "value"),
		series.New(stdErrors, series.Float, "std_error"), series.New(robust, series.Float, "robust"),
		series.New(ts, series.Float, "t_robust"), series.New(notes, series.String, "note"),
		series.New(sizes, series.Float, "size"))
	if len(names) > cli.MostRows {
		df = df.Arrange(dataframe.RevSort("size"))
	}
	if len(s.Reference) == 0 {
		df = df.Drop("note")
	}
	return df.Drop("size")
}
