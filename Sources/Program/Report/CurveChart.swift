internal import AVAEval
internal import Wording

/// A class's precision-recall curve: small beside its name, where it is defined, and large with axes.
struct CurveChart {
  let entry: ClassExplanation

  private var id: String { "e\(entry.result.id)" }

  /// The area that AP is, in thousandths.
  private var area: String {
    guard let last = entry.curve.last else { return "M0 1000" }
    var path = "M0 1000"
    for point in entry.curve { path += "V\(thousandths(1 - point.envelope))H\(thousandths(point.recall))" }
    return path + (last.envelope > 0 ? "V1000" : "")
  }

  /// The small one. The large one refers to it.
  var small: HTML {
    """
    <svg class="spark" viewBox="0 0 1000 1000" preserveAspectRatio="none" aria-hidden="true">\
    <path id="\(id)" class="area" d="\(area)"/></svg>
    """
  }

  var large: HTML {
    var measured = "M"
    for point in entry.curve {
      measured += "\(number(Chart.x(point.recall))) \(number(Chart.y(point.precision))) "
    }
    var content: HTML = "<use href=\"#\(id)\" transform=\"\(Chart.fromThousandths)\"/>"
    if entry.curve.count > 1 { content += "<path class=\"line\" d=\"\(measured)\"/>" }
    if let best = entry.bestF1 {
      let (x, y) = (Chart.x(best.recall), Chart.y(best.precision))
      let isFar = best.recall > 0.7
      content += """
        <circle class="mark" cx="\(number(x))" cy="\(number(y))" r="4"/>\
        <text class="strong" x="\(number(x + (isFar ? -7 : 7)))" y="\(number(max(y - 7, 20)))" \
        text-anchor="\(isFar ? "end" : "start")">F1 \(fixed(best.f1, 2)) at \(fixed(best.threshold, 2))</text>
        """
    }
    if let ceiling = entry.ceiling {
      let line = "M\(number(Chart.x(ceiling))) \(number(Chart.y(1)))V\(number(Chart.y(0)))"
      content += "<path class=\"limit\" d=\"\(line)\"/>"
    }
    return Chart(description: description, xTitle: "recall", yTitle: "precision", content: content).html
  }

  private var description: String {
    var words = "Precision against recall of \(entry.result.name): average precision \(figure(entry.result.ap))"
    if let last = entry.curve.last { words += ", recall up to \(figure(last.recall))" }
    if let best = entry.bestF1 {
      words +=
        ", best F1 \(figure(best.f1)) at score \(figure(best.threshold)) with precision "
        + "\(figure(best.precision)) and recall \(figure(best.recall))"
    }
    if let ceiling = entry.ceiling { words += "; the boxes allow a recall of \(figure(ceiling))" }
    return words
  }

  private func thousandths(_ value: Double) -> Int { Int((min(max(value, 0), 1) * 1000).rounded()) }
}
