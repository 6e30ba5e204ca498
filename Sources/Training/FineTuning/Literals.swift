/// A text as a configuration's value.
func textLiteral(_ text: String) -> String {
  "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
}

/// Texts as a configuration's value.
func listLiteral(_ texts: [String]) -> String { "[" + texts.map(textLiteral).joined(separator: ", ") + "]" }
