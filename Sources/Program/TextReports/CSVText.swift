/// A text as a cell of CSV.
func csvText(_ text: String) -> String {
  "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
}

func csvNumber(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
