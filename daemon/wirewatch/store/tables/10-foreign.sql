-- Articles with words of scripts that full text parts otherwise than matching does.

CREATE INDEX articles_foreign ON articles (id) WHERE irregular = 2;
