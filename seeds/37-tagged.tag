AN#LUM0000020241113ekbd0001a
TI#Le Sénat français prête ses pendules à l’école d’horlogerie
BY#By Aurélie Tessonneau
PD#13 November 2024
ET#14:05
SN#La Lumière
LA#FR
TX#Le Sénat français a confié mercredi vingt-deux pendules à une école d’horlogerie.

Les élèves les rendront « à l’heure », a promis leur maître, Ambroise Quenouille, avant la
rentrée de janvier.

AN#LUM0000020241113ekbd0002b
TI#La neige ferme le musée des phares
PD#2024-11-13
SN#La Lumière
TX#Le musée des phares restera fermé jusqu’à dimanche.
Ses lampes, elles, ne s’éteignent pas.
