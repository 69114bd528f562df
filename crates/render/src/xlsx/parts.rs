//! The parts of a workbook other than its sheets (ECMA-376, part 1).

use lac_model::time::Timestamp;

/// Styles of cells: indexes into `cellXfs` of [`STYLES`].
pub(super) const HEADER: u8 = 1;
pub(super) const TIME: u8 = 2;

pub(super) const DECLARATION: &str =
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
/// The namespace of workbook, sheets and styles.
pub(super) const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const DOCUMENT: &str = "http://schemas.openxmlformats.org/officeDocument/2006";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";

const STYLES: &str = concat!(
    r#"<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy-mm-dd hh:mm:ss.000"/></numFmts>"#,
    r#"<fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font>"#,
    r#"<font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>"#,
    r#"<fills count="2"><fill><patternFill patternType="none"/></fill>"#,
    r#"<fill><patternFill patternType="gray125"/></fill></fills>"#,
    r#"<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>"#,
    r#"<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>"#,
    r#"<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>"#,
    r#"<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>"#,
    r#"<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>"#,
    r#"</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>"#,
);

pub(super) struct Sheet {
    /// From 1.
    pub number: usize,
    /// The last cell as an absolute reference: `$U$59`.
    pub end: String,
}

impl Sheet {
    fn title(&self) -> String {
        match self.number {
            1 => "Log".to_owned(),
            more => format!("Log {more}"),
        }
    }
}

/// The name of a sheet's part.
pub(super) fn sheet_part(number: usize) -> String {
    format!("xl/worksheets/sheet{number}.xml")
}

/// All parts other than the sheets, with their names. The time of creation is
/// that of the `newest` event, not the clock's, so that the same events give
/// the same bytes.
pub(super) fn parts(sheets: &[Sheet], newest: Timestamp) -> [(&'static str, String); 7] {
    [
        ("_rels/.rels", package()),
        ("xl/workbook.xml", workbook(sheets)),
        ("xl/_rels/workbook.xml.rels", relations(sheets)),
        (
            "xl/styles.xml",
            format!(r#"<styleSheet xmlns="{MAIN}">{STYLES}</styleSheet>"#),
        ),
        ("docProps/core.xml", core(newest)),
        ("docProps/app.xml", app(sheets)),
        ("[Content_Types].xml", content_types(sheets)),
    ]
    .map(|(name, xml)| (name, DECLARATION.to_owned() + &xml))
}

fn each(sheets: &[Sheet], xml: impl Fn(&Sheet) -> String) -> String {
    sheets.iter().map(xml).collect()
}

fn package() -> String {
    format!(
        concat!(
            r#"<Relationships xmlns="{package}/relationships">"#,
            r#"<Relationship Id="rId1" Type="{document}/relationships/officeDocument" Target="xl/workbook.xml"/>"#,
            r#"<Relationship Id="rId2" Type="{package}/relationships/metadata/core-properties" Target="docProps/core.xml"/>"#,
            r#"<Relationship Id="rId3" Type="{document}/relationships/extended-properties" Target="docProps/app.xml"/>"#,
            r"</Relationships>"
        ),
        package = PACKAGE,
        document = DOCUMENT
    )
}

fn relations(sheets: &[Sheet]) -> String {
    let kind = format!("{DOCUMENT}/relationships");
    let each = each(sheets, |Sheet { number, .. }| {
        let target = format!("worksheets/sheet{number}.xml");
        format!(r#"<Relationship Id="rId{number}" Type="{kind}/worksheet" Target="{target}"/>"#)
    });
    let styles = format!(
        r#"<Relationship Id="rId{}" Type="{kind}/styles" Target="styles.xml"/>"#,
        sheets.len() + 1
    );
    format!(r#"<Relationships xmlns="{PACKAGE}/relationships">{each}{styles}</Relationships>"#)
}

fn workbook(sheets: &[Sheet]) -> String {
    let named = each(sheets, |sheet| {
        let (title, n) = (sheet.title(), sheet.number);
        format!(r#"<sheet name="{title}" sheetId="{n}" r:id="rId{n}"/>"#)
    });
    let filters = each(sheets, |sheet| {
        let (title, end, at) = (sheet.title(), &sheet.end, sheet.number - 1);
        format!(
            r#"<definedName name="_xlnm._FilterDatabase" localSheetId="{at}" hidden="1">'{title}'!$A$1:{end}</definedName>"#
        )
    });
    format!(
        concat!(
            r#"<workbook xmlns="{}" xmlns:r="{}/relationships">"#,
            r#"<bookViews><workbookView xWindow="240" yWindow="15" windowWidth="16095" windowHeight="9660"/></bookViews>"#,
            r"<sheets>{}</sheets><definedNames>{}</definedNames></workbook>"
        ),
        MAIN, DOCUMENT, named, filters
    )
}

fn core(newest: Timestamp) -> String {
    let time = newest.to_string();
    let second = time.get(..19).unwrap_or(&time);
    format!(
        concat!(
            r#"<cp:coreProperties xmlns:cp="{}/metadata/core-properties" "#,
            r#"xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">"#,
            r#"<dcterms:created xsi:type="dcterms:W3CDTF">{}Z</dcterms:created>"#,
            r#"<dcterms:modified xsi:type="dcterms:W3CDTF">{}Z</dcterms:modified></cp:coreProperties>"#
        ),
        PACKAGE, second, second
    )
}

fn app(sheets: &[Sheet]) -> String {
    let count = sheets.len();
    let titles = each(sheets, |sheet| {
        format!("<vt:lpstr>{}</vt:lpstr>", sheet.title())
    });
    format!(
        concat!(
            r#"<Properties xmlns="{document}/extended-properties" xmlns:vt="{document}/docPropsVTypes">"#,
            r#"<Application>Microsoft Excel</Application><HeadingPairs><vt:vector size="2" baseType="variant">"#,
            r"<vt:variant><vt:lpstr>Worksheets</vt:lpstr></vt:variant>",
            r"<vt:variant><vt:i4>{count}</vt:i4></vt:variant></vt:vector></HeadingPairs>",
            r#"<TitlesOfParts><vt:vector size="{count}" baseType="lpstr">{titles}</vt:vector></TitlesOfParts>"#,
            r"<AppVersion>12.0000</AppVersion></Properties>"
        ),
        document = DOCUMENT,
        count = count,
        titles = titles
    )
}

fn content_types(sheets: &[Sheet]) -> String {
    let part = |name: &str, kind: &str| {
        format!(
            r#"<Override PartName="/{name}" ContentType="application/vnd.openxmlformats-{kind}+xml"/>"#
        )
    };
    let each = each(sheets, |sheet| {
        let kind = "officedocument.spreadsheetml.worksheet";
        part(&sheet_part(sheet.number), kind)
    });
    let others = [
        ("xl/workbook.xml", "officedocument.spreadsheetml.sheet.main"),
        ("xl/styles.xml", "officedocument.spreadsheetml.styles"),
        ("docProps/core.xml", "package.core-properties"),
        ("docProps/app.xml", "officedocument.extended-properties"),
    ]
    .map(|(name, kind)| part(name, kind))
    .concat();
    format!(
        concat!(
            r#"<Types xmlns="{}/content-types"><Default Extension="rels" "#,
            r#"ContentType="application/vnd.openxmlformats-package.relationships+xml"/>"#,
            r#"<Default Extension="xml" ContentType="application/xml"/>{}{}</Types>"#
        ),
        PACKAGE, each, others
    )
}
