#include "documents/office_words.h"

#include <algorithm>

namespace tocsin::documents {
namespace {

struct Word {
  std::string_view word, language;
};
// As Office and LibreOffice have them in each language: headings of the list of parts, default theme, default cell
// style.
constexpr Word kWords[] = {
    {"Worksheets", "en"},
    {"Title", "en"},
    {"Theme", "en"},
    {"Office Theme", "en"},
    {"Named Ranges", "en"},
    {"Slide Titles", "en"},
    {"Fonts Used", "en"},
    {"Листы", "ru"},
    {"Именованные диапазоны", "ru"},
    {"Название", "ru"},
    {"Тема", "ru"},
    {"Тема Office", "ru"},
    {"Стандартная", "ru"},
    {"Обычный", "ru"},
    {"Заголовки слайдов", "ru"},
    {"Использованные шрифты", "ru"},
    {"Аркуші", "uk"},
    {"Іменовані діапазони", "uk"},
    {"Назва", "uk"},
    {"Звичайний", "uk"},
    {"Заголовки слайдів", "uk"},
    {"Feuilles de calcul", "fr"},
    {"Plages nommées", "fr"},
    {"Titre", "fr"},
    {"Thème Office", "fr"},
    {"Thème", "fr"},
    {"Titres des diapositives", "fr"},
    {"Arbeitsblätter", "de"},
    {"Benannte Bereiche", "de"},
    {"Titel", "de"},
    {"Office-Design", "de"},
    {"Larissa", "de"},
    {"Standard", "de"},
    {"Folientitel", "de"},
    {"Hojas de cálculo", "es"},
    {"Rangos con nombre", "es"},
    {"Título", "es"},
    {"Tema de Office", "es"},
    {"Fogli di lavoro", "it"},
    {"Intervalli denominati", "it"},
    {"Titolo", "it"},
    {"Tema di Office", "it"},
    {"Normale", "it"},
    {"Planilhas", "pt"},
    {"Folhas de cálculo", "pt"},
    {"Tema do Office", "pt"},
    {"Werkbladen", "nl"},
    {"Benoemde bereiken", "nl"},
    {"Kantoorthema", "nl"},
    {"Standaard", "nl"},
    {"Regneark", "no"},
    {"Tittel", "no"},
    {"Office-tema", "no"},
    {"Kalkylblad", "sv"},
    {"Rubrik", "sv"},
    {"Laskentataulukot", "fi"},
    {"Otsikko", "fi"},
    {"Office-teema", "fi"},
    {"Normaali", "fi"},
    {"Arkusze", "pl"},
    {"Tytuł", "pl"},
    {"Motyw pakietu Office", "pl"},
    {"Normalny", "pl"},
    {"Listy", "cs"},
    {"Název", "cs"},
    {"Motiv systému Office", "cs"},
    {"Normální", "cs"},
    {"Munkalapok", "hu"},
    {"Office-téma", "hu"},
    {"Normál", "hu"},
    {"Foi de lucru", "ro"},
    {"Temă Office", "ro"},
    {"Φύλλα εργασίας", "el"},
    {"Τίτλος", "el"},
    {"Θέμα του Office", "el"},
    {"Κανονικό", "el"},
    {"Çalışma Sayfaları", "tr"},
    {"Konu Başlığı", "tr"},
    {"Office Teması", "tr"},
    {"Работни листове", "bg"},
    {"Заглавие", "bg"},
    {"Office тема", "bg"},
    {"Радни листови", "sr"},
    {"Наслов", "sr"},
    {"工作表", "zh"},
    {"标题", "zh"},
    {"Office 主题", "zh"},
    {"Office 主题​​", "zh"},
    {"常规", "zh"},
    {"標題", "zh"},
    {"ワークシート", "ja"},
    {"タイトル", "ja"},
    {"Office テーマ", "ja"},
    {"標準", "ja"},
    {"워크시트", "ko"},
    {"제목", "ko"},
    {"Office 테마", "ko"},
    {"표준", "ko"},
    {"أوراق العمل", "ar"},
    {"العنوان", "ar"},
    {"نسق Office", "ar"},
    {"گلیون‌ها", "fa"},
    {"کاربرگ‌ها", "fa"},
    {"גליונות עבודה", "he"},
    {"כותרת", "he"},
    {"ערכת נושא Office", "he"},
};

struct Lcid {
  unsigned primary;
  std::string_view language;
};
constexpr Lcid kLcids[] = {{0x01, "ar"}, {0x02, "bg"}, {0x04, "zh"}, {0x05, "cs"}, {0x06, "da"}, {0x07, "de"},
                           {0x08, "el"}, {0x09, "en"}, {0x0a, "es"}, {0x0b, "fi"}, {0x0c, "fr"}, {0x0d, "he"},
                           {0x0e, "hu"}, {0x10, "it"}, {0x11, "ja"}, {0x12, "ko"}, {0x13, "nl"}, {0x14, "no"},
                           {0x15, "pl"}, {0x16, "pt"}, {0x18, "ro"}, {0x19, "ru"}, {0x1a, "sr"}, {0x1b, "sk"},
                           {0x1d, "sv"}, {0x1f, "tr"}, {0x22, "uk"}, {0x23, "be"}, {0x25, "et"}, {0x26, "lv"},
                           {0x27, "lt"}, {0x29, "fa"}, {0x37, "ka"}, {0x3f, "kk"}};

}  // namespace

void note_interface_word(std::string_view word, Metadata& out) {
  const auto* found = std::ranges::find(kWords, word, &Word::word);
  if (found == std::end(kWords)) return;
  if (out.interface_language.empty() || (out.interface_language == "en" && found->language != "en"))
    out.interface_language = found->language;
}

std::string_view language_of_lcid(unsigned lcid) {
  const auto* found = std::ranges::find(kLcids, lcid & 0x3ff, &Lcid::primary);
  return found == std::end(kLcids) ? std::string_view{} : found->language;
}

}  // namespace tocsin::documents
