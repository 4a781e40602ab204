// Prometheus' own PromQL engine, to hold ours against: reads requests from standard input, one JSON
// object a line, and writes an answer for each.
//
//	{"parse": ["sum(x)"]}                                             -> {"trees": [...]}
//	{"series": [...], "queries": [{"text": "sum(x)", "time": 60000}]} -> {"results": [...]}
//	{"matches": [{"pattern": "a(b|c)", "text": "ab"}]}                -> {"matches": [...]}
//
// Numbers of samples and results are strings, because JSON has no word for some of them.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"math"
	"os"
	"strconv"
	"time"

	"github.com/grafana/regexp"
	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/tsdb/chunks"
	"github.com/prometheus/prometheus/util/annotations"
)

type request struct {
	Parse   []string `json:"parse"`
	Series  []series `json:"series"`
	Queries []query  `json:"queries"`
	Matches []match  `json:"matches"`
}

type match struct {
	Pattern string `json:"pattern"`
	Text    string `json:"text"`
}

type series struct {
	Labels  map[string]string `json:"labels"`
	Samples []jsonSample      `json:"samples"`
}

// A sample is a number, a histogram, or the mark that the series has ended.
type jsonSample struct {
	Time      int64            `json:"time"`
	Value     string           `json:"value"`
	Histogram *nativeHistogram `json:"histogram"`
}

type nativeHistogram struct {
	Schema        int32   `json:"schema"`
	Count         number  `json:"count"`
	Sum           number  `json:"sum"`
	ZeroThreshold number  `json:"zeroThreshold"`
	ZeroCount     number  `json:"zeroCount"`
	Positive      buckets `json:"positive"`
	Negative      buckets `json:"negative"`
}

type buckets struct {
	Indexes []int32  `json:"indexes"`
	Counts  []number `json:"counts"`
}

type query struct {
	Text string `json:"text"`
	Time int64  `json:"time"`
}

type answer struct {
	Trees   []tree   `json:"trees,omitempty"`
	Results []result `json:"results,omitempty"`
	Matches []groups `json:"matches,omitempty"`
}

// groups holds the whole and what each group fits; nothing when the text does not fit.
type groups struct {
	Error  string   `json:"error,omitempty"`
	Groups []string `json:"groups"`
}

type tree struct {
	Tree  string `json:"tree,omitempty"`
	Error string `json:"error,omitempty"`
}

type result struct {
	Error    string    `json:"error,omitempty"`
	Type     string    `json:"type,omitempty"`
	Value    number    `json:"value"`
	Elements []element `json:"elements"`
}

type element struct {
	Labels    map[string]string `json:"labels"`
	Value     number            `json:"value"`
	Histogram *nativeHistogram  `json:"histogram,omitempty"`
}

type number float64

func (n number) MarshalJSON() ([]byte, error) {
	return json.Marshal(strconv.FormatFloat(float64(n), 'g', -1, 64))
}

func (n *number) UnmarshalJSON(text []byte) error {
	var quoted string
	if err := json.Unmarshal(text, &quoted); err != nil {
		return err
	}
	parsed, err := strconv.ParseFloat(quoted, 64)
	*n = number(parsed)
	return err
}

func main() {
	expressions := parser.NewParser(parser.Options{EnableExperimentalFunctions: true, EnableBinopFillModifiers: true})
	engine := promql.NewEngine(promql.EngineOpts{
		MaxSamples:               50_000_000,
		Timeout:                  time.Minute,
		LookbackDelta:            5 * time.Minute,
		NoStepSubqueryIntervalFn: func(int64) int64 { return 60_000 },
		EnableAtModifier:         true,
		EnableNegativeOffset:     true,
		Parser:                   expressions,
	})
	input := bufio.NewReader(os.Stdin)
	output := json.NewEncoder(os.Stdout)
	for {
		line, err := input.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			log.Fatal(err)
		}
		var asked request
		if err := json.Unmarshal(line, &asked); err != nil {
			log.Fatal(err)
		}
		given := answer{}
		for _, text := range asked.Parse {
			given.Trees = append(given.Trees, parse(expressions, text))
		}
		if len(asked.Queries) > 0 {
			all := newSource(asked.Series)
			for _, each := range asked.Queries {
				given.Results = append(given.Results, evaluate(engine, all, each))
			}
		}
		for _, each := range asked.Matches {
			given.Matches = append(given.Matches, find(each))
		}
		if err := output.Encode(given); err != nil {
			log.Fatal(err)
		}
	}
}

// find anchors a pattern as label_replace does, and asks the matcher of selectors, too.
func find(asked match) groups {
	compiled, err := regexp.Compile("^(?s:" + asked.Pattern + ")$")
	if err != nil {
		return groups{Error: err.Error()}
	}
	matcher, err := labels.NewMatcher(labels.MatchRegexp, "a", asked.Pattern)
	if err != nil {
		return groups{Error: err.Error()}
	}
	found := compiled.FindStringSubmatch(asked.Text)
	if matcher.Matches(asked.Text) != (found != nil) {
		return groups{Error: "the matcher and the expression disagree"}
	}
	return groups{Groups: found}
}

func evaluate(engine *promql.Engine, all storage.Queryable, asked query) result {
	prepared, err := engine.NewInstantQuery(context.Background(), all, nil, asked.Text, time.UnixMilli(asked.Time))
	if err != nil {
		return result{Error: err.Error()}
	}
	defer prepared.Close()
	found := prepared.Exec(context.Background())
	if found.Err != nil {
		return result{Error: found.Err.Error()}
	}
	switch is := found.Value.(type) {
	case promql.Scalar:
		return result{Type: "scalar", Value: number(is.V)}
	case promql.Vector:
		elements := []element{}
		for _, each := range is {
			elements = append(elements, element{
				Labels:    each.Metric.Map(),
				Value:     number(each.F),
				Histogram: fromHistogram(each.H),
			})
		}
		return result{Type: "vector", Elements: elements}
	default:
		return result{Error: fmt.Sprintf("a result of type %T", is)}
	}
}

// ---- series ----

// source answers selections from memory, in the order in which series were given.
type source struct {
	all []*storage.SeriesEntry
}

func newSource(given []series) *source {
	all := &source{}
	for _, each := range given {
		samples := make([]chunks.Sample, 0, len(each.Samples))
		for _, one := range each.Samples {
			samples = append(samples, toSample(one))
		}
		all.all = append(all.all, storage.NewListSeries(labels.FromMap(each.Labels), samples))
	}
	return all
}

func (s *source) Querier(int64, int64) (storage.Querier, error) { return s, nil }

func (s *source) Select(_ context.Context, _ bool, _ *storage.SelectHints, matchers ...*labels.Matcher) storage.SeriesSet {
	chosen := &selection{}
	for _, each := range s.all {
		fits := true
		for _, matcher := range matchers {
			fits = fits && matcher.Matches(each.Lset.Get(matcher.Name))
		}
		if fits {
			chosen.rest = append(chosen.rest, each)
		}
	}
	return chosen
}

func (*source) LabelValues(context.Context, string, *storage.LabelHints, ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return nil, nil, nil
}

func (*source) LabelNames(context.Context, *storage.LabelHints, ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return nil, nil, nil
}

func (*source) Close() error { return nil }

type selection struct {
	current storage.Series
	rest    []*storage.SeriesEntry
}

func (s *selection) Next() bool {
	if len(s.rest) == 0 {
		return false
	}
	s.current, s.rest = s.rest[0], s.rest[1:]
	return true
}

func (s *selection) At() storage.Series              { return s.current }
func (*selection) Err() error                        { return nil }
func (*selection) Warnings() annotations.Annotations { return nil }

type sample struct {
	time      int64
	value     float64
	histogram *histogram.FloatHistogram
}

func toSample(given jsonSample) sample {
	if given.Histogram != nil {
		return sample{time: given.Time, histogram: toHistogram(given.Histogram)}
	}
	if given.Value == "ended" {
		return sample{time: given.Time, value: math.Float64frombits(value.StaleNaN)}
	}
	parsed, err := strconv.ParseFloat(given.Value, 64)
	if err != nil {
		log.Fatal(err)
	}
	return sample{time: given.Time, value: parsed}
}

func (s sample) T() int64              { return s.time }
func (sample) ST() int64               { return 0 }
func (s sample) F() float64            { return s.value }
func (sample) H() *histogram.Histogram { return nil }

func (s sample) Copy() chunks.Sample { return s }
func (s sample) Type() chunkenc.ValueType {
	if s.histogram != nil {
		return chunkenc.ValFloatHistogram
	}
	return chunkenc.ValFloat
}

// FH returns a copy: the engine writes into histograms that it has been given.
func (s sample) FH() *histogram.FloatHistogram {
	if s.histogram == nil {
		return nil
	}
	return s.histogram.Copy()
}

func toHistogram(given *nativeHistogram) *histogram.FloatHistogram {
	positiveSpans, positive := toSpans(given.Positive)
	negativeSpans, negative := toSpans(given.Negative)
	return &histogram.FloatHistogram{
		Schema:          given.Schema,
		Count:           float64(given.Count),
		Sum:             float64(given.Sum),
		ZeroThreshold:   float64(given.ZeroThreshold),
		ZeroCount:       float64(given.ZeroCount),
		PositiveSpans:   positiveSpans,
		PositiveBuckets: positive,
		NegativeSpans:   negativeSpans,
		NegativeBuckets: negative,
	}
}

func toSpans(given buckets) ([]histogram.Span, []float64) {
	var spans []histogram.Span
	var counts []float64
	next := int32(0)
	for at, index := range given.Indexes {
		if at > 0 && index == next {
			spans[len(spans)-1].Length++
		} else {
			spans = append(spans, histogram.Span{Offset: index - next, Length: 1})
		}
		next = index + 1
		counts = append(counts, float64(given.Counts[at]))
	}
	return spans, counts
}

func fromHistogram(given *histogram.FloatHistogram) *nativeHistogram {
	if given == nil {
		return nil
	}
	return &nativeHistogram{
		Schema:        given.Schema,
		Count:         number(given.Count),
		Sum:           number(given.Sum),
		ZeroThreshold: number(given.ZeroThreshold),
		ZeroCount:     number(given.ZeroCount),
		Positive:      fromBuckets(given.PositiveBucketIterator()),
		Negative:      fromBuckets(given.NegativeBucketIterator()),
	}
}

func fromBuckets(all histogram.BucketIterator[float64]) buckets {
	found := buckets{Indexes: []int32{}, Counts: []number{}}
	for all.Next() {
		each := all.At()
		if each.Count != 0 {
			found.Indexes = append(found.Indexes, each.Index)
			found.Counts = append(found.Counts, number(each.Count))
		}
	}
	return found
}
