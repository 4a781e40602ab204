// Reads a histogram log with HdrHistogram's own reader and prints one line for each interval:
//
//   tag start end count p50 p99 p100
//
// then a line "---" and a log of its own making with the same histograms, one with a DoubleHistogram.

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.HdrHistogram.DoubleHistogram;
import org.HdrHistogram.EncodableHistogram;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;
import org.HdrHistogram.HistogramLogWriter;

public class HistogramLogs {
  public static void main(String[] arguments) throws Exception {
    HistogramLogReader reader = new HistogramLogReader(System.in);
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    HistogramLogWriter writer = new HistogramLogWriter(new PrintStream(log));
    writer.outputLogFormatVersion();
    writer.outputStartTime(1700000000000L);
    writer.setBaseTime(1700000000000L);
    writer.outputBaseTime(1700000000000L);
    writer.outputLegend();
    while (reader.hasNext()) {
      EncodableHistogram next = reader.nextIntervalHistogram();
      if (next == null) break;
      Histogram histogram = (Histogram) next;
      System.out.println(
          histogram.getTag() + " " + histogram.getStartTimeStamp() + " "
              + histogram.getEndTimeStamp() + " " + histogram.getTotalCount() + " "
              + histogram.getValueAtPercentile(50) + " " + histogram.getValueAtPercentile(99)
              + " " + histogram.getValueAtPercentile(100));
      histogram.setStartTimeStamp(1700000001500L);
      histogram.setEndTimeStamp(1700000003500L);
      writer.outputIntervalHistogram(histogram);
    }
    DoubleHistogram fractions = new DoubleHistogram(1000000, 3);
    for (int value = 1; value <= 1000; value++) fractions.recordValue(value / 1000.0);
    fractions.setTag("fractions");
    fractions.setStartTimeStamp(1700000004000L);
    fractions.setEndTimeStamp(1700000005000L);
    writer.outputIntervalHistogram(fractions);
    System.out.println("---");
    System.out.print(log);
  }
}
