package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

func parse(expressions parser.Parser, text string) tree {
	parsed, err := expressions.ParseExpr(text)
	if err != nil {
		return tree{Error: err.Error()}
	}
	return tree{Tree: show(parsed)}
}

// show writes a tree with parentheses around every node, and without those of the text.
func show(node parser.Expr) string {
	switch is := node.(type) {
	case *parser.NumberLiteral:
		return showNumber(is.Val)
	case *parser.StringLiteral:
		return showText(is.Val)
	case *parser.ParenExpr:
		return show(is.Expr)
	case *parser.UnaryExpr:
		inner := is.Expr
		for parens, ok := inner.(*parser.ParenExpr); ok; parens, ok = inner.(*parser.ParenExpr) {
			inner = parens.Expr
		}
		if is.Op == parser.ADD {
			return show(inner)
		}
		// Without its parentheses a number would have taken the sign.
		if number, ok := inner.(*parser.NumberLiteral); ok {
			return showNumber(-number.Val)
		}
		return list("negation", show(inner))
	case *parser.VectorSelector:
		return list(append([]string{"selector"}, showSelector(is)...)...)
	case *parser.MatrixSelector:
		selector := is.VectorSelector.(*parser.VectorSelector)
		return list(append([]string{"range", showTime(is.Range)}, showSelector(selector)...)...)
	case *parser.SubqueryExpr:
		return list("subquery", showTime(is.Range), showTime(is.Step), showTime(is.OriginalOffset), show(is.Expr))
	case *parser.Call:
		parts := []string{is.Func.Name}
		for _, argument := range is.Args {
			parts = append(parts, show(argument))
		}
		return list(parts...)
	case *parser.AggregateExpr:
		parts := []string{is.Op.String()}
		if is.Without {
			parts = append(parts, "without", showNames(is.Grouping))
		} else if len(is.Grouping) > 0 {
			parts = append(parts, "by", showNames(is.Grouping))
		}
		if is.Param != nil {
			parts = append(parts, show(is.Param))
		}
		return list(append(parts, show(is.Expr))...)
	case *parser.BinaryExpr:
		return showBinary(is)
	default:
		return fmt.Sprintf("%T", node)
	}
}

func showBinary(is *parser.BinaryExpr) string {
	parts := []string{is.Op.String()}
	if is.ReturnBool {
		parts = append(parts, "bool")
	}
	if matching := is.VectorMatching; matching != nil {
		if matching.On {
			parts = append(parts, "on", showNames(matching.MatchingLabels))
		} else if len(matching.MatchingLabels) > 0 {
			parts = append(parts, "ignoring", showNames(matching.MatchingLabels))
		}
		switch matching.Card {
		case parser.CardManyToOne:
			parts = append(parts, "left", showNames(matching.Include))
		case parser.CardOneToMany:
			parts = append(parts, "right", showNames(matching.Include))
		}
	}
	return list(append(parts, show(is.LHS), show(is.RHS))...)
}

// showSelector puts the name of the metric first, however it was written.
func showSelector(is *parser.VectorSelector) []string {
	names := []string{showTime(is.OriginalOffset)}
	others := []string{}
	for _, matcher := range is.LabelMatchers {
		text := showText(matcher.Name) + matcher.Type.String() + showText(matcher.Value)
		if matcher.Name == labels.MetricName && matcher.Type == labels.MatchEqual {
			names = append(names, text)
		} else {
			others = append(others, text)
		}
	}
	return append(names, others...)
}

func showNames(names []string) string {
	quoted := []string{}
	for _, name := range names {
		quoted = append(quoted, showText(name))
	}
	return "[" + strings.Join(quoted, " ") + "]"
}

// showText writes what is not plain by its number, so that no two ways of quoting can differ.
func showText(text string) string {
	shown := strings.Builder{}
	for _, letter := range text {
		if letter >= ' ' && letter <= '~' && letter != '"' && letter != '<' {
			shown.WriteRune(letter)
		} else {
			fmt.Fprintf(&shown, "<%x>", letter)
		}
	}
	return "\"" + shown.String() + "\""
}

func showTime(given time.Duration) string {
	return strconv.FormatInt(given.Milliseconds(), 10) + "ms"
}

// showNumber writes the bits: no two ways of rounding can differ.
func showNumber(given float64) string {
	if math.IsNaN(given) {
		return "NaN"
	}
	return strconv.FormatUint(math.Float64bits(given), 16)
}

func list(parts ...string) string {
	return "(" + strings.Join(parts, " ") + ")"
}
